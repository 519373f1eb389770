namespace PbKv.Chaos;

/// <summary>The longest time in which no client's operation was completed, for each kind of fault that was there meanwhile.</summary>
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
            lock (_lock) return new Dictionary<FaultKind, long>(_longest);
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

    /// <summary>What a fault leaves behind may hold operations up after it: the gap that it ends in counts as its own.</summary>
    public void End(FaultKind kind)
    {
        lock (_lock) _active[kind]--;
    }

    public void Complete()
    {
        lock (_lock)
        {
            var time = now();
            var gap = time - _last;
            (_last, Completed) = (time, Completed + 1);
            foreach (var kind in _sinceLast) _longest[kind] = Math.Max(_longest.GetValueOrDefault(kind), gap);
            _sinceLast.RemoveWhere(kind => _active[kind] == 0);
        }
    }
}
