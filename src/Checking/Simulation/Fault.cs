namespace PbKv.Checking;

internal enum FaultKind
{
    /// <summary>A server is killed, and starts again at its address.</summary>
    Crash,

    /// <summary>A server stops for a while and then goes on where it was.</summary>
    Pause,

    /// <summary>A server needs long for every message.</summary>
    Slow,

    /// <summary>Nothing gets from one host to another.</summary>
    CutOneWay,

    /// <summary>Two hosts cannot talk.</summary>
    CutBoth,

    /// <summary>One host cannot talk with anybody.</summary>
    Isolate,

    /// <summary>The hosts are in two halves that cannot talk.</summary>
    Partition,

    /// <summary>One host notices that a connection broke, which says nothing.</summary>
    BreakConnection,

    /// <summary>A server is asked to leave, goes when it may, and is followed by a fresh one.</summary>
    Leave,

    /// <summary>A server comes to an address of its own.</summary>
    Join,

    /// <summary>The view service is killed and starts again with what it wrote down.</summary>
    RestartViewService,

    /// <summary>The view service is killed and starts again without its memory, for good.</summary>
    ForgetViewService,
}

/// <summary>
/// Something that goes wrong at a moment, for a while. A plan lists them, so that a failing run can be retried with
/// fewer.
/// </summary>
/// <param name="AtUs">When it begins.</param>
/// <param name="ForUs">How long it lasts.</param>
/// <param name="Target">The host that it befalls, drawn as a number: taken modulo what there is.</param>
/// <param name="Other">The other host, or the halves of a partition as bits.</param>
internal sealed record Fault(FaultKind Kind, long AtUs, long ForUs, int Target, int Other)
{
    public override string ToString() =>
        $"{AtUs / 1000} ms: {Kind} target {Target} other {Other} for {ForUs / 1000} ms";
}
