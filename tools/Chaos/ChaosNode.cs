namespace PbKv.Chaos;

/// <summary>
/// One node of the cluster, through all its lives. A fault claims it, so that no two do things to it at once.
/// </summary>
/// <param name="address">Where the others reach it.</param>
/// <param name="logFile">What all its lives write to standard error.</param>
/// <param name="through">The words in front of the command line, where the node runs somewhere else than here.</param>
internal sealed class ChaosNode(
    string name,
    string address,
    IReadOnlyList<string> arguments,
    string logFile,
    IReadOnlyList<string> through
) : IDisposable
{
    private static readonly TimeSpan KilledWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StillWithin = TimeSpan.FromSeconds(2);

    /// <summary>Held by whoever looks at the process while another may end it.</summary>
    private readonly Lock _lock = new();
    private Pbkv? _process;
    private long _startedMs;
    private bool _claimed;
    private volatile bool _ending;

    public string Name => name;

    public string Address => address;

    public bool IsPaused { get; private set; }

    /// <summary>The process is there, paused or not.</summary>
    public bool IsUp
    {
        get
        {
            lock (_lock)
                return _process is { HasExited: false };
        }
    }

    public long WorkingSet
    {
        get
        {
            lock (_lock)
                return _process?.WorkingSet ?? 0;
        }
    }

    /// <summary>Why the process is gone though nobody ended it; null where all is well.</summary>
    public string? Collapse
    {
        get
        {
            lock (_lock)
            {
                return _process is { HasExited: true } gone && !_ending
                    ? $"{name} ended by itself with code {gone.ExitCode}: {LastLine(gone.Error)}"
                    : null;
            }
        }
    }

    public async Task StartAsync()
    {
        _startedMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var process = Pbkv.StartThrough(through, arguments, logFile);
        await process.ReadyAsync();
        lock (_lock)
            _process = process;
    }

    /// <summary>Whether this identity is the life that runs now.</summary>
    public bool Is(ServerId? server) =>
        IsUp && server is { } id && id.Address.Value == address && id.Incarnation >= _startedMs;

    public bool TryClaim()
    {
        lock (_lock)
        {
            if (_claimed || !IsUp)
                return false;
            return _claimed = true;
        }
    }

    public void Release()
    {
        lock (_lock)
            _claimed = false;
    }

    /// <returns>Whether it stands still now; it may take a busy machine too long, or be gone.</returns>
    public async Task<bool> PauseAsync()
    {
        IsPaused = true;
        return _process is { } process && await process.PauseAsync(StillWithin) && IsUp;
    }

    public void Resume()
    {
        _process?.Send(Signal.Continue);
        IsPaused = false;
    }

    /// <summary>When it completes, the process is gone and its port is free.</summary>
    public Task KillAsync() => EndAsync(Signal.Kill, KilledWithin);

    /// <returns>What it wrote last, or null where it did not go in time.</returns>
    public Task<string?> LeaveAsync(TimeSpan within) => EndAsync(Signal.Terminate, within);

    public void Dispose()
    {
        lock (_lock)
        {
            _process?.Dispose();
            _process = null;
            IsPaused = false;
        }
    }

    private async Task<string?> EndAsync(Signal signal, TimeSpan within)
    {
        var process = _process!;
        _ending = true;
        process.Send(signal);
        var gone = await process.HasExitedWithinAsync(within);
        var last = LastLine(process.Error);
        Dispose();
        _ending = false;
        return gone ? last : null;
    }

    private static string LastLine(string errors) => errors.TrimEnd().Split('\n')[^1];
}
