using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Dispatch;
using PbKv.Remoting;

namespace PbKv.Client;

/// <summary>
/// Resumes the callers whose calls are over, those of all clients of the process, many in one go. Callers that come
/// back quickly, to ask for more or to wait for something else, are resumed by the thread that read their answers, and
/// what they ask for leaves from there: no change of threads lies between an answer and the next request. Where callers
/// work for longer, the thread pool resumes them. One that blocks its thread holds up nobody: another thread reads on,
/// or a further work item stands by.
/// </summary>
internal sealed class CallerWakeUp : IRunnable
{
    public static readonly CallerWakeUp Shared = new();

    /// <summary>A change of threads costs about as much.</summary>
    private static readonly long QuickTicks = Stopwatch.Frequency * 30 / 1_000_000;

    /// <summary>
    /// A thread that was kept from running says nothing of its caller: one outlier counts for so much at most.
    /// </summary>
    private static readonly long MostTicks = Stopwatch.Frequency / 1000;

    private readonly ConcurrentQueue<(Call Call, Completion Completion)> _ready = new();
    private int _standsBy;
    private long _averageTicks;

    private CallerWakeUp() { }

    public void Add(Call call, in Completion completion) => _ready.Enqueue((call, completion));

    public void Begin()
    {
        if (MayBegin() && !(AreQuick && Turn.TryAddRelievable(this)))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => ((IRunnable)this).Run();

    /// <summary>What the callers ask for next gathers in one turn, and travels together.</summary>
    void IRunnable.Run()
    {
        // Before it looks: what is added from here on finds nobody standing by, and calls another.
        Interlocked.Exchange(ref _standsBy, 0);
        if (!_ready.TryDequeue(out var only))
            return;
        if (_ready.IsEmpty)
            Complete(only);
        else
            Turn.Gather(turn => CompleteAll(turn, only));
    }

    private bool AreQuick => Volatile.Read(ref _averageTicks) < QuickTicks;

    private bool MayBegin() => !_ready.IsEmpty && Interlocked.Exchange(ref _standsBy, 1) == 0;

    /// <summary>
    /// Should one of them block, what stands by in this thread's turn is taken away from it and goes on with the
    /// others. Where they are slow, that begins at once. After a while it makes room for what they ask for, and goes on
    /// behind it.
    /// </summary>
    private void CompleteAll(Turn turn, (Call Call, Completion Completion) next)
    {
        do
        {
            if (MayBegin())
            {
                if (AreQuick)
                    turn.Add(this);
                else
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            Complete(next);
        } while (!(turn.IsLong && Volatile.Read(ref _standsBy) == 1) && _ready.TryDequeue(out next));
    }

    private void Complete((Call Call, Completion Completion) next)
    {
        var before = Stopwatch.GetTimestamp();
        next.Call.Complete(next.Completion);
        var took = Math.Min(Stopwatch.GetTimestamp() - before, MostTicks);
        // Of about the last 64; that two threads may lose one of their measurements does not matter.
        Volatile.Write(ref _averageTicks, _averageTicks + ((took - _averageTicks) / 64));
    }
}
