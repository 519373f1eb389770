namespace PbKv.Clusters;

/// <summary>One node of a cluster through all its lives, each a process that is started with the same words.</summary>
/// <param name="log">What they all write to standard error goes to the end of this file too.</param>
/// <param name="through">The words in front of the command line, where the node runs somewhere else than here.</param>
public sealed class ProcessNode(
    string name,
    IReadOnlyList<string> arguments,
    string? log = null,
    IReadOnlyList<string>? through = null
) : IDisposable
{
    private static readonly TimeSpan StillWithin = TimeSpan.FromSeconds(2);

    /// <summary>Held by whoever looks at the process while another may end it.</summary>
    private readonly Lock _lock = new();
    private Pbkv? _life;
    private long _startedMs;
    private volatile bool _ending;

    public string Name => name;

    /// <summary>Where others reach it, host:port, as it said itself.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The process that it is now.</summary>
    public Pbkv Life => _life ?? throw new InvalidOperationException($"{name} has no process");

    public bool IsPaused { get; private set; }

    /// <summary>The process is there, paused or not.</summary>
    public bool IsUp
    {
        get
        {
            lock (_lock)
                return _life is { HasExited: false };
        }
    }

    public long WorkingSet
    {
        get
        {
            lock (_lock)
                return _life?.WorkingSet ?? 0;
        }
    }

    /// <summary>Why the process is gone though nobody ended it; null where all is well.</summary>
    public string? Collapse
    {
        get
        {
            lock (_lock)
            {
                return _life is { HasExited: true } gone && !_ending
                    ? $"{name} ended by itself with code {gone.ExitCode}: {gone.Error.TrimEnd().Split('\n')[^1]}"
                    : null;
            }
        }
    }

    /// <param name="program">The words that start another build than this one.</param>
    public async Task StartAsync(IReadOnlyList<string>? program = null)
    {
        _startedMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var life = Pbkv.StartAs([.. through ?? [], .. program ?? Pbkv.Words, .. arguments], log);
        Address = await life.ReadyAsync();
        lock (_lock)
            _life = life;
    }

    /// <summary>Whether this identity is the life that runs now.</summary>
    public bool Is(ServerId? server) =>
        IsUp && server is { } id && id.Address.Value == Address && id.Incarnation >= _startedMs;

    /// <returns>Whether it stands still now; it may take a busy machine too long, or be gone.</returns>
    public async Task<bool> PauseAsync()
    {
        IsPaused = true;
        return _life is { } life && await life.PauseAsync(StillWithin) && IsUp;
    }

    public void Resume()
    {
        _life?.Send(Signal.Continue);
        IsPaused = false;
    }

    /// <summary>When it completes, the process is gone and its port is free.</summary>
    /// <returns>What it left behind, or null where it did not go in time.</returns>
    public async Task<Ended?> EndAsync(Signal signal, TimeSpan within)
    {
        var life = Life;
        _ending = true;
        life.Send(signal);
        var ended = await life.HasExitedWithinAsync(within) ? await life.WaitForExitAsync() : null;
        Dispose();
        _ending = false;
        return ended;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _life?.Dispose();
            _life = null;
            IsPaused = false;
        }
    }
}
