namespace PbKv.Chaos;

/// <summary>Where nodes run, and with it what can be done to the network between them.</summary>
internal interface IPlace : IDisposable
{
    /// <summary>Whether the nodes speak with each other through relays of this process.</summary>
    bool HasRelays { get; }

    /// <param name="name">The node.</param>
    /// <param name="host">Its address on loopback, if it has one.</param>
    /// <returns>The address that it listens on, and the words in front of its command line.</returns>
    (string Host, IReadOnlyList<string> Through) Of(string name, string host);
}

/// <summary>All on loopback, each node with an address of its own.</summary>
internal sealed class Loopback : IPlace
{
    public bool HasRelays => true;

    public (string Host, IReadOnlyList<string> Through) Of(string name, string host) => (host, []);

    public void Dispose()
    {
        // Nothing was made.
    }
}

internal static class Pause
{
    /// <summary>Waits, or not so long where it is cancelled.</summary>
    public static async Task ForAsync(TimeSpan time, CancellationToken cancellation) =>
        await Task.Delay(time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
