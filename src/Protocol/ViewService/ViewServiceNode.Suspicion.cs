namespace PbKv.Protocol;

/// <summary>
/// How fast it suspects. On a machine whose processors are taken healthy servers look dead, and every view change that
/// no fault caused throws away a synced pair: who was wrong, or nearly, waits longer.
/// </summary>
public partial class ViewServiceNode
{
    /// <summary>Each makes it wait as long again: at most four times as long as on a quiet machine.</summary>
    private const int MostFalseSuspicions = 3;

    /// <summary>Ticks without another one, after which one is forgotten: a minute, by default.</summary>
    private const long CalmTicks = 600;

    /// <summary>How often, lately, somebody counted as dead, or was more than halfway there, and pinged.</summary>
    internal int FalseSuspicions { get; private set; }

    /// <summary>Its last tick came late and made nobody older.</summary>
    internal bool Slept { get; private set; }

    private protected virtual int Patience => 1 + FalseSuspicions;

    private int DeadAfter => _settings.DeadPings * Patience;

    private int ConnectionLostMs => _settings.ConnectionLostMs * Patience;

    private string HowPatient => $"for a while nobody counts as dead before {DeadAfter} ticks without a ping";

    private void SetConnectionLost(ServerId server, Effects effects) =>
        effects.Set(new ConnectionLostTimer(server), ConnectionLostMs, ConnectionLostMs);

    private bool WasNearlyDead(TrackedServer server) =>
        server is { Alive: true, Pinged: true } && 2 * server.PingAge > DeadAfter;

    private void SuspectedFalsely()
    {
        FalseSuspicions = Math.Min(FalseSuspicions + 1, MostFalseSuspicions);
        _calmTicks = 0;
    }

    private void Calm()
    {
        if (FalseSuspicions == 0 || ++_calmTicks < CalmTicks)
            return;
        FalseSuspicions--;
        _calmTicks = 0;
    }
}
