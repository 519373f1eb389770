using System.Collections.Concurrent;
using PbKv.Protocol;

namespace PbKv.Client;

/// <summary>
/// Resumes the callers whose calls are over, those of all clients of the process, many in one work item of the thread pool
/// instead of one each. A caller that blocks its thread holds up nobody: while others are ready, a further work item stands
/// by to go on with them.
/// </summary>
internal sealed class CallerWakeUp : IThreadPoolWorkItem
{
    public static readonly CallerWakeUp Shared = new();

    private readonly ConcurrentQueue<(Call Call, Completion Completion)> _ready = new();
    private int _standsBy;

    private CallerWakeUp()
    {
    }

    public void Add(Call call, in Completion completion) => _ready.Enqueue((call, completion));

    public void Begin()
    {
        if (!_ready.IsEmpty && Interlocked.Exchange(ref _standsBy, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Before it looks: what is added from here on finds nobody standing by, and calls another.
        Interlocked.Exchange(ref _standsBy, 0);
        while (_ready.TryDequeue(out var next))
        {
            Begin();
            next.Call.Complete(next.Completion);
        }
    }
}
