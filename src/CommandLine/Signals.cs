using System.Runtime.InteropServices;

namespace PbKv.CommandLine;

/// <summary>SIGTERM and Ctrl-C: the first asks to stop, the second ends the process at once.</summary>
public sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public Signals() =>
        _registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // 128 + the signal's number, as shells have it.
        if (Interlocked.Increment(ref _count) > 1)
            Environment.Exit(128 + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        context.Cancel = true;
        // Not here: what hangs on the token must not hold up the second signal.
        ThreadPool.UnsafeQueueUserWorkItem(static asked => asked.Cancel(), _asked, preferLocal: false);
    }
}
