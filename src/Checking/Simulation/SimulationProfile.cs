namespace PbKv.Checking;

internal enum FaultKind
{
    /// <summary>A server is killed, and starts again at its address.</summary>
    Crash,

    /// <summary>A server stops for a while and then goes on where it was.</summary>
    Pause,

    /// <summary>A server needs long for every message.</summary>
    Slow,

    /// <summary>Nothing gets from one machine to another.</summary>
    CutOneWay,

    /// <summary>Two machines cannot talk.</summary>
    CutBoth,

    /// <summary>One machine cannot talk with anybody.</summary>
    Isolate,

    /// <summary>The machines are in two halves that cannot talk.</summary>
    Partition,

    /// <summary>One machine notices that a connection broke, which says nothing.</summary>
    BreakConnection,

    /// <summary>A server is asked to leave, goes when it may, and is followed by a fresh one.</summary>
    Leave,

    /// <summary>A server comes to an address of its own.</summary>
    Join,

    /// <summary>The view service is killed and starts again with what it wrote down.</summary>
    RestartViewService,

    /// <summary>The view service is killed and starts again without its memory, for good.</summary>
    ForgetViewService,

    /// <summary>Of several view services another one is chosen; the one before hears of it later.</summary>
    ElectAnother,

    /// <summary>One of several view services is killed and starts again with an empty disk.</summary>
    LoseDisk,
}

/// <summary>
/// Something that goes wrong at a moment, for a while. A plan lists them, so that a failing run can be retried with
/// fewer.
/// </summary>
/// <param name="AtUs">When it begins.</param>
/// <param name="ForUs">How long it lasts.</param>
/// <param name="Target">The machine that it befalls, drawn as a number: taken modulo what there is.</param>
/// <param name="Other">The other machine, or the halves of a partition as bits.</param>
internal sealed record Fault(FaultKind Kind, long AtUs, long ForUs, int Target, int Other)
{
    public override string ToString() =>
        $"{AtUs / 1000} ms: {Kind} target {Target} other {Other} for {ForUs / 1000} ms";
}

/// <summary>What kinds of things go wrong in a run.</summary>
public enum SimulationProfile
{
    Calm,
    Lossy,
    Flaky,
    Partitions,
    OneWayCuts,
    CrashStorm,
    SlowServer,
    Pauses,
    Leave,
    ViewServiceRestarts,
    ViewServiceForgets,
    Everything,
}

internal static class Profiles
{
    public static IReadOnlyList<SimulationProfile> All { get; } = Enum.GetValues<SimulationProfile>();

    public static FaultKind[] FaultsOf(SimulationProfile profile) =>
        profile switch
        {
            SimulationProfile.Calm or SimulationProfile.Lossy => [],
            SimulationProfile.Flaky => [FaultKind.BreakConnection, FaultKind.CutBoth, FaultKind.Crash],
            SimulationProfile.Partitions => [FaultKind.Partition, FaultKind.Isolate, FaultKind.CutBoth],
            SimulationProfile.OneWayCuts => [FaultKind.CutOneWay],
            SimulationProfile.CrashStorm => [FaultKind.Crash],
            SimulationProfile.SlowServer => [FaultKind.Slow, FaultKind.Slow, FaultKind.Crash],
            SimulationProfile.Pauses => [FaultKind.Pause],
            SimulationProfile.Leave => [FaultKind.Leave, FaultKind.Leave, FaultKind.Join, FaultKind.Crash],
            SimulationProfile.ViewServiceRestarts =>
            [
                FaultKind.RestartViewService,
                FaultKind.Crash,
                FaultKind.CutOneWay,
                FaultKind.ElectAnother,
                FaultKind.LoseDisk,
            ],
            SimulationProfile.ViewServiceForgets => [FaultKind.Crash, FaultKind.CutBoth],
            _ => [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.ForgetViewService)],
        };

    public static NetworkQuality QualityOf(SimulationProfile profile, Chance chance) =>
        profile switch
        {
            SimulationProfile.Lossy => new NetworkQuality(
                chance.Between(2, 15),
                chance.Between(0, 10),
                200,
                2000,
                5,
                300_000
            ),
            SimulationProfile.Flaky => new NetworkQuality(chance.Between(0, 5), 2, 100, 20_000, 3, 500_000),
            SimulationProfile.Everything => new NetworkQuality(
                chance.Between(0, 10),
                chance.Between(0, 10),
                100,
                chance.Between(1000, 30_000),
                chance.Between(0, 10),
                800_000
            ),
            SimulationProfile.Calm => NetworkQuality.Calm,
            _ => chance.Percent(50) ? NetworkQuality.Calm : new NetworkQuality(1, 1, 100, 5000, 2, 400_000),
        };
}
