using System.Threading;

namespace Akka.Remote;

/// <summary>
/// Looks after connections every few milliseconds while actors run on reading threads or put off what they send, and
/// sleeps otherwise. An actor that blocks in its handler, perhaps for an answer to what it has just sent, thus holds up
/// neither the reading nor the sending of its connection.
/// </summary>
internal sealed class Watchman : IDisposable
{
    private const int PeriodMs = 5;
    private const int IdleMs = 100;

    private readonly Action _watch;
    private readonly Timer _timer;
    private long _lastNeeded;
    private int _awake;

    public Watchman(Action watch)
    {
        _watch = watch;
        _timer = new Timer(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
    }

    public void StayAwake()
    {
        var now = Environment.TickCount64;
        if (Volatile.Read(ref _lastNeeded) != now) Volatile.Write(ref _lastNeeded, now);
        if (Volatile.Read(ref _awake) == 0 && Interlocked.Exchange(ref _awake, 1) == 0) _timer.Change(PeriodMs, PeriodMs);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Environment.TickCount64 - Volatile.Read(ref _lastNeeded) > IdleMs)
        {
            // In this order: whoever needs the watch after the flag is down starts it again.
            _timer.Change(Timeout.Infinite, Timeout.Infinite);
            Volatile.Write(ref _awake, 0);
        }
        _watch();
    }
}
