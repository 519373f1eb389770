namespace PbKv.Checking;

internal enum ModelActionKind : byte
{
    Deliver = 1,

    /// <summary>Deliver, and keep a copy in the network.</summary>
    Repeat,

    Timer,

    /// <summary>A timer of the view service that is late: it slept.</summary>
    LateTimer,

    /// <summary>A client begins its next operation.</summary>
    Begin,

    /// <summary>The view service hears that its connection to a server broke, and nothing more in time.</summary>
    Suspect,

    Crash,
    Restart,
    Leave,

    /// <summary>The view service dies and goes on with what it wrote down.</summary>
    RestartViewService,

    /// <summary>The view service dies and begins anew.</summary>
    ForgetViewService,

    Cut,

    /// <summary>
    /// Scripts only: a message is lost. In a search a message that is never delivered is as good as lost.
    /// </summary>
    Lose,
}

/// <summary>One step of a set-up.</summary>
/// <param name="Slot">The node that it befalls.</param>
/// <param name="Argument">The message, the timer, or the other node.</param>
internal readonly record struct ModelAction(ModelActionKind Kind, int Slot, int Argument)
{
    public ulong Word => ((ulong)Kind << 56) | ((ulong)(uint)Slot << 32) | (uint)Argument;

    public static ModelAction Of(ulong word) =>
        new((ModelActionKind)(word >> 56), (int)(word >> 32) & 0xFFFFFF, (int)(uint)word);
}
