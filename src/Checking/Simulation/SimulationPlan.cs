namespace PbKv.Checking;

/// <summary>
/// Everything about a run that is decided before it begins: drawn from a seed, made smaller when it fails.
/// </summary>
internal sealed record SimulationPlan(
    ulong Seed,
    SimulationProfile Profile,
    ProtocolSettings Settings,
    int Servers,
    int Clients,
    int OperationsPerClient,
    int Keys,
    NetworkQuality Quality,
    long FaultTimeUs,
    ImmutableArray<Fault> Faults
)
{
    /// <summary>Servers that may join beside those that are there from the beginning.</summary>
    public const int SpareServers = 2;

    public Nodes Nodes { get; init; } = Nodes.Shipped;

    public int ViewServices { get; init; } = 1;

    public bool AsRecords { get; init; }

    /// <summary>Servers and view services are of this build or of the next, in each life anew.</summary>
    public bool TwoBuilds { get; init; }

    public long EnvelopeBytes { get; init; } = 256 << 10;

    public static SimulationPlan Draw(ulong seed, SimulationProfile? only)
    {
        var profile = only ?? Profiles.All[(int)(seed % (ulong)Profiles.All.Count)];
        var chance = new Chance(seed ^ 0x6A09E667F3BCC908);
        var settings = DrawSettings(chance);
        var faultTime = chance.Between(1500, 4000) * World.Millisecond;
        var memory = new Chance(seed ^ 0xBB67AE8584CAA73B);
        if (memory.Percent(15))
            settings = settings with { MaxMemoryBytes = memory.Between(1000, 4000) };
        return new SimulationPlan(
            seed,
            profile,
            settings,
            Servers: chance.Between(2, 5),
            Clients: chance.Between(1, 4),
            OperationsPerClient: chance.Percent(75) ? chance.Between(5, 30) : chance.Between(30, 300),
            Keys: chance.Percent(60) ? chance.Between(1, 3) : chance.Between(4, 20),
            Profiles.QualityOf(profile, chance),
            faultTime,
            DrawFaults(chance, profile, faultTime)
        )
        {
            // Where several remember, none forgets.
            ViewServices = profile != SimulationProfile.ViewServiceForgets && memory.Percent(40) ? 3 : 1,
            TwoBuilds = chance.Percent(30),
            EnvelopeBytes = chance.Percent(30) ? chance.Between(40, 400) : 256 << 10,
        };
    }

    private static ProtocolSettings DrawSettings(Chance chance) =>
        ProtocolSettings.Default with
        {
            DeadPings = chance.Between(3, 5),
            ConnectionLostMs = chance.Between(20, 60),
            BackupSilentTicks = chance.Between(3, 6),
            SessionIdleTicks = chance.Percent(40) ? chance.Between(6, 20) : 36_000,
            MaxValueBytes = chance.Percent(10) ? 64 : 1 << 20,
            ForwardBytes = chance.Percent(50) ? chance.Between(20, 200) : 256 << 10,
            ForwardsInFlight = chance.Between(1, 4),
            ChunkBytes = chance.Between(8, 200),
            ChunksInFlight = chance.Between(1, 4),
            StreamBytes = chance.Percent(30) ? chance.Between(100, 600) : 1 << 20,
            SessionWindow = chance.Percent(20) ? chance.Between(1, 4) : 4096,
            CatchUpStep = chance.Between(1, 4),
            RequestTimeoutTicks = chance.Between(8, 40),
            RequestBytes = chance.Percent(30) ? chance.Between(30, 100) : 128 << 10,
            RequestsInFlight = chance.Between(1, 4),
        };

    private static ImmutableArray<Fault> DrawFaults(Chance chance, SimulationProfile profile, long time)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var kinds = Profiles.FaultsOf(profile);
        var count = kinds.Length == 0 ? 0 : chance.Between(1, 8);
        for (var i = 0; i < count; i++)
            faults.Add(DrawFault(chance, chance.OneOf(kinds), time));
        if (profile == SimulationProfile.ViewServiceForgets)
            faults.Add(
                new Fault(
                    FaultKind.ForgetViewService,
                    time / 2 + chance.Below((int)(time / 2)),
                    chance.Between(1, 800) * World.Millisecond,
                    0,
                    0
                )
            );
        return [.. faults.OrderBy(fault => fault.AtUs)];
    }

    private static Fault DrawFault(Chance chance, FaultKind kind, long time)
    {
        var lasting = chance.Percent(50) ? chance.Between(1, 300) : chance.Between(300, 1500);
        return new Fault(
            kind,
            chance.Below((int)time),
            lasting * World.Millisecond,
            chance.Below(1000),
            chance.Below(1000)
        );
    }
}
