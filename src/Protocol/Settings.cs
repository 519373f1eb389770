namespace PbKv.Protocol;

/// <summary>The numbers of the protocol. Durations are counted in ticks of the node that they belong to.</summary>
public sealed record ProtocolSettings
{
    public static ProtocolSettings Default { get; } = new();

    internal Features Features { get; init; } = Features.OfThisBuild;

    /// <summary>One tick of servers and of the view service.</summary>
    public int PingIntervalMs { get; init; } = 100;

    /// <summary>
    /// Ticks without a ping, or of pings that show that no answer is heard, after which a server is dead.
    /// </summary>
    public int DeadPings { get; init; } = 5;

    /// <summary>How long a server whose connection broke may take to ping again.</summary>
    public int ConnectionLostMs { get; init; } = 50;

    /// <summary>Ticks without an acknowledgement after which a primary reports its backup as silent.</summary>
    public int BackupSilentTicks { get; init; } = 5;

    /// <summary>Ticks of the primary after which a session that did nothing is expired (1 h).</summary>
    public long SessionIdleTicks { get; init; } = 36_000;

    public int MaxKeyBytes { get; init; } = 4096;

    /// <summary>No setting allows larger values, so an append beyond it is in no history.</summary>
    internal const int LargestValueBytes = 256 << 20;

    public int MaxValueBytes { get; init; } = 1 << 20;

    /// <summary>A forward takes no further batch beyond this.</summary>
    public int ForwardBytes { get; init; } = 256 << 10;

    public int ForwardsInFlight { get; init; } = 2;

    public int ChunkBytes { get; init; } = 64 << 10;

    public int ChunksInFlight { get; init; } = 16;

    /// <summary>Bytes of operations that wait for the backup, above which clients get Busy; writes earlier.</summary>
    public long StreamBytes { get; init; } = 256L << 20;

    /// <summary>Memory of data, sessions, results and stream, beyond which writes that need more are refused.</summary>
    public long MaxMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Operations of one session that may be in flight.</summary>
    public int SessionWindow { get; init; } = 4096;

    /// <summary>Operations that a backup executes in one step while it catches up with a transfer, at most.</summary>
    public int CatchUpStep { get; init; } = 1000;

    /// <summary>One tick of a clerk with outstanding operations.</summary>
    public int ClerkTickMs { get; init; } = 10;

    /// <summary>Clerk ticks after which a request without an answer is tried again.</summary>
    public int RequestTimeoutTicks { get; init; } = 50;

    public int RetryMinMs { get; init; } = 2;

    public int RetryMaxMs { get; init; } = 200;

    /// <summary>A request takes no further operation beyond this.</summary>
    public int RequestBytes { get; init; } = 128 << 10;

    public int RequestsInFlight { get; init; } = 8;
}
