namespace PbKv.Checking;

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
