namespace PbKv.Host.Nodes;

/// <summary>
/// How often and how long the collector has stopped this process, for its last log line. The longest pause is looked up
/// after every collection: an object that nobody holds is finalized by each, and makes the next one.
/// </summary>
internal sealed class GcPauses : IDisposable
{
    private static readonly GCKind[] Kinds = [GCKind.Ephemeral, GCKind.Background, GCKind.FullBlocking];

    private readonly Lock _lock = new();
    private TimeSpan _longest;
    private volatile bool _disposed;

    public GcPauses() => _ = new Sentinel(this);

    /// <summary>As the end of a log line.</summary>
    public override string ToString()
    {
        Look();
        lock (_lock)
        {
            return $"gcPauseTotalMs={GC.GetTotalPauseDuration().TotalMilliseconds:F1} "
                + $"gcPauseLongestMs={_longest.TotalMilliseconds:F1} gen0={GC.CollectionCount(0)} "
                + $"gen1={GC.CollectionCount(1)} gen2={GC.CollectionCount(2)}";
        }
    }

    public void Dispose() => _disposed = true;

    /// <summary>The last of each kind: the finalizer may come after more than one.</summary>
    private void Look()
    {
        lock (_lock)
        {
            foreach (var kind in Kinds)
            {
                foreach (var pause in GC.GetGCMemoryInfo(kind).PauseDurations)
                {
                    if (pause > _longest)
                        _longest = pause;
                }
            }
        }
    }

    private sealed class Sentinel(GcPauses pauses)
    {
        ~Sentinel()
        {
            if (pauses._disposed)
                return;
            pauses.Look();
            _ = new Sentinel(pauses);
        }
    }
}
