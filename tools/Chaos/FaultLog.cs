using System.Diagnostics;
using System.Globalization;

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
            lock (_lock) return new Dictionary<FaultKind, int>(_struck);
        }
    }

    public IReadOnlyList<string> Active
    {
        get
        {
            lock (_lock) return [.. _active.Select(strike => strike.Text)];
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    /// <param name="counts">Whether it counts from now on; otherwise it does when <see cref="Strike.Count"/> says that it had an effect.</param>
    /// <returns>Disposed when the fault is over.</returns>
    public Strike Begin(FaultKind kind, string text, bool counts = true)
    {
        var strike = new Strike(this, kind, text);
        gaps.Begin(kind);
        lock (_lock) _active.Add(strike);
        Say($"{FaultKinds.NameOf(kind)}: {text}");
        if (counts) strike.Count();
        return strike;
    }

    public void Say(string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,7:0.00} s  {text}");
        lock (_lock) _lines.Add(line);
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
                if (!_counted) log._struck[kind] = log._struck.GetValueOrDefault(kind) + 1;
                _counted = true;
            }
        }

        public void Dispose()
        {
            lock (log._lock) log._active.Remove(this);
            log.End(kind, text);
        }
    }

    private void End(FaultKind kind, string text)
    {
        gaps.End(kind);
        Say($"{FaultKinds.NameOf(kind)}: over: {text}");
    }
}
