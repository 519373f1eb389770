using System.Diagnostics;

namespace PbKv.Chaos;

/// <summary>What was done to the cluster, and when.</summary>
/// <param name="say">Is told every line.</param>
internal sealed class FaultLog(Stopwatch clock, GapMeter gaps, Action<string> say)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FaultKind, int> _struck = [];
    private readonly List<Strike> _active = [];
    private readonly List<string> _lines = [];

    public IReadOnlyDictionary<FaultKind, int> Struck
    {
        get
        {
            lock (_lock)
                return new Dictionary<FaultKind, int>(_struck);
        }
    }

    public IReadOnlyList<string> Active
    {
        get
        {
            lock (_lock)
                return [.. _active.Select(strike => strike.Text)];
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <param name="counts">Whether it counts from now on; otherwise it does when <see cref="Strike.Count"/> says that
    /// it had an effect.</param>
    /// <returns>Disposed when the fault is over.</returns>
    public Strike Begin(FaultKind kind, string text, bool counts = true)
    {
        var strike = new Strike(this, kind, text);
        gaps.Begin(kind);
        lock (_lock)
            _active.Add(strike);
        Say($"{FaultKinds.NameOf(kind)}: {text}");
        if (counts)
            strike.Count();
        return strike;
    }

    public void Say(string text)
    {
        var line = $"{clock.Elapsed.TotalSeconds, 7:0.00} s  {text}";
        lock (_lock)
            _lines.Add(line);
        say(line);
    }

    /// <summary>One fault, from its beginning to its end.</summary>
    internal sealed class Strike(FaultLog log, FaultKind kind, string text) : IDisposable
    {
        private bool _counted;

        public string Text => $"{FaultKinds.NameOf(kind)}: {text}";

        public void Count()
        {
            lock (log._lock)
            {
                if (!_counted)
                    log._struck[kind] = log._struck.GetValueOrDefault(kind) + 1;
                _counted = true;
            }
        }

        public void Dispose()
        {
            lock (log._lock)
                log._active.Remove(this);
            log.End(kind, text);
        }
    }

    private void End(FaultKind kind, string text)
    {
        gaps.End(kind);
        Say($"{FaultKinds.NameOf(kind)}: over: {text}");
    }
}

/// <summary>What should not have happened.</summary>
internal sealed class Violations(Action<string> say)
{
    private readonly Lock _lock = new();
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public void Add(string text)
    {
        lock (_lock)
        {
            if (_all.Contains(text))
                return;
            _all.Add(text);
        }
        say($"VIOLATION: {text}");
    }
}

/// <summary>
/// The longest time in which no client's operation was completed, for each kind of fault that was there meanwhile.
/// </summary>
/// <param name="now">Milliseconds.</param>
internal sealed class GapMeter(Func<long> now)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FaultKind, int> _active = [];
    private readonly HashSet<FaultKind> _sinceLast = [];
    private readonly Dictionary<FaultKind, long> _longest = [];
    private long _last = now();

    public long Completed { get; private set; }

    public IReadOnlyDictionary<FaultKind, long> Longest
    {
        get
        {
            lock (_lock)
                return new Dictionary<FaultKind, long>(_longest);
        }
    }

    public void Begin(FaultKind kind)
    {
        lock (_lock)
        {
            _active[kind] = _active.GetValueOrDefault(kind) + 1;
            _sinceLast.Add(kind);
        }
    }

    /// <summary>
    /// What a fault leaves behind may hold operations up after it: the gap that it ends in counts as its own.
    /// </summary>
    public void End(FaultKind kind)
    {
        lock (_lock)
            _active[kind]--;
    }

    public void Complete()
    {
        lock (_lock)
        {
            var time = now();
            var gap = time - _last;
            (_last, Completed) = (time, Completed + 1);
            foreach (var kind in _sinceLast)
                _longest[kind] = Math.Max(_longest.GetValueOrDefault(kind), gap);
            _sinceLast.RemoveWhere(kind => _active[kind] == 0);
        }
    }
}
