using Akka.Dispatch;

namespace PbKv.Remoting;

/// <summary>
/// Threads that run what a turn leaves behind, and what threads without a turn wake. Not the pool's: an application
/// that keeps its pool busy must not keep actors from being heard.
/// </summary>
internal static class SpareThreads
{
    private static readonly object Gate = new();
    private static readonly Queue<IRunnable> Waiting = new();
    private static bool _started;

    public static void Run(params ReadOnlySpan<IRunnable> runs)
    {
        lock (Gate)
        {
            foreach (var run in runs)
                Waiting.Enqueue(run);
            if (!_started)
            {
                _started = true;
                for (var i = 0; i < Math.Max(2, Environment.ProcessorCount); i++)
                    StartThread();
            }
            Monitor.Pulse(Gate);
        }
    }

    private static void StartThread() =>
        new Thread(Loop) { IsBackground = true, Name = "remoting-spare" }.UnsafeStart();

    private static void Loop()
    {
        IRunnable next = null!;
        // Queued, not run at once: should it block, another thread goes on in this one's place.
        Action run = () => Turn.Execute(next);
        do
        {
            next = Take();
        } while (Turn.RunRelievable(run, StartThread));
    }

    private static IRunnable Take()
    {
        lock (Gate)
        {
            IRunnable? run;
            while (!Waiting.TryDequeue(out run))
                Monitor.Wait(Gate);
            // One pulse may have been for several.
            if (Waiting.Count > 0)
                Monitor.Pulse(Gate);
            return run;
        }
    }
}
