namespace PbKv.Failover;

internal enum Fault
{
    KillPrimary,
    KillBackup,
    StopPrimary,
    Leave,

    /// <summary>Of the one that acts.</summary>
    KillViewService,

    KillPrimaryAndViewService,
}

/// <summary>A store that survives the loss of a server, as processes on this machine.</summary>
internal interface IStore : IAsyncDisposable
{
    string Name { get; }

    IReadOnlyList<Fault> Faults { get; }

    Task StartAsync();

    /// <summary>
    /// One acknowledged write; throws where it is not acknowledged. Tries again by itself as its clients do.
    /// </summary>
    Task PutAsync(string key, string value, CancellationToken cancellation);

    Task<string> GetAsync(string key, CancellationToken cancellation);

    /// <param name="struck">Called as soon as the blow has fallen.</param>
    Task StrikeAsync(Fault fault, Action struck);

    /// <summary>Brings back what was struck; returns when the store could take the next fault.</summary>
    Task HealAsync(CancellationToken cancellation);
}
