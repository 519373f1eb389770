namespace PbKv.Protocol;

/// <summary>Where a node is reached: host:port for servers and the view service, a unique name for a clerk.</summary>
public readonly record struct NodeAddress(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Drawn at random when a view service starts a new cluster; part of every view. Zero is no cluster.</summary>
public readonly record struct ClusterId(ulong Value)
{
    public static ClusterId None => default;

    public override string ToString() => Value.ToString("x16");
}

/// <summary>The name of a group of servers that hold the same data: one pair per group.</summary>
public readonly record struct GroupName(string Value)
{
    public static GroupName Default { get; } = new("default");

    public override string ToString() => Value;
}

/// <summary>
/// One life of a server: its address and the incarnation (start time in milliseconds, handed in from outside).
/// A restarted server is a new server that happens to live at an old address.
/// </summary>
public readonly record struct ServerId(NodeAddress Address, long Incarnation)
{
    public override string ToString() => $"{Address}#{Incarnation}";

    internal void Write(WireWriter writer)
    {
        writer.Text(Address.Value);
        writer.Varint(Incarnation);
    }

    internal static ServerId Read(ref WireReader reader) => new(new NodeAddress(reader.Text()), reader.Varint());

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Address.Value);
        fingerprint.Add(Incarnation);
    }
}

/// <summary>The name of a view: messages between replicas carry it, and nothing of another view is processed.</summary>
public readonly record struct ViewId(ClusterId Cluster, long Number)
{
    public static ViewId None => default;

    public override string ToString() => $"{Number}@{Cluster}";

    internal void Write(WireWriter writer)
    {
        writer.Fixed64(Cluster.Value);
        writer.Varint(Number);
    }

    internal static ViewId Read(ref WireReader reader) => new(new ClusterId(reader.Fixed64()), reader.Varint());

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Cluster.Value);
        fingerprint.Add(Number);
    }
}

/// <summary>Who is primary and who is backup. A number names one pair for ever. Number 0 is no view.</summary>
/// <param name="Era">The number of the newest reset view up to this one, or 0: a position is of an era, so that none of
/// a history that was given up is ever named again.</param>
/// <param name="Level">The feature level that everybody in it has; only another view has another.</param>
public sealed record View(
    ClusterId Cluster,
    long Number,
    ServerId? Primary,
    ServerId? Backup,
    long Era = 0,
    int Level = 1
)
{
    private const int HasPrimary = 1;
    private const int HasBackup = 2;
    private const int IsReset = 4;
    private const int HasLevel = 8;
    private const int HasEra = 16;

    public static View None { get; } = new(ClusterId.None, 0, null, null);

    public ViewId Id => new(Cluster, Number);

    /// <summary>Made by one who accepts the loss of data; a primary that enters it drops what it held.</summary>
    public bool Reset => Era > 0 && Era == Number;

    /// <summary>Nobody counts so far: what a peer says beyond it cannot be, and one more must not overflow.</summary>
    internal const long MostNumber = long.MaxValue / 2;

    /// <summary>Whether a view service makes such views.</summary>
    internal bool IsWellFormed =>
        Number is > 0 and <= MostNumber
        && Era >= 0
        && Era <= Number
        && Primary is { } primary
        && primary.Address != Backup?.Address;

    public bool Names(ServerId server) => Primary == server || Backup == server;

    public override string ToString() =>
        $"{Number} ({Primary?.ToString() ?? "-"}, {Backup?.ToString() ?? "-"})"
        + (
            Reset ? " reset"
            : Era > 0 ? $" era {Era}"
            : ""
        )
        + (Level == Features.OfThisBuild.Level || Number == 0 ? "" : $" level {Level}");

    public void AddTo(ref Fingerprint fingerprint)
    {
        Id.AddTo(ref fingerprint);
        AddTo(ref fingerprint, Primary);
        AddTo(ref fingerprint, Backup);
        fingerprint.Add(Era);
        fingerprint.Add(Level);
    }

    internal void Write(WireWriter writer)
    {
        Id.Write(writer);
        writer.Byte(
            (byte)(
                (Primary is null ? 0 : HasPrimary)
                | (Backup is null ? 0 : HasBackup)
                | (
                    Reset ? IsReset
                    : Era != 0 ? HasEra
                    : 0
                )
                | (Level > 1 ? HasLevel : 0)
            )
        );
        Primary?.Write(writer);
        Backup?.Write(writer);
        if (Level > 1)
            writer.Varint(Level);
        if (Era != 0 && !Reset)
            writer.Varint(Era);
    }

    internal static View Read(ref WireReader reader)
    {
        var id = ViewId.Read(ref reader);
        var parts = reader.Byte();
        if (parts > (HasPrimary | HasBackup | IsReset | HasLevel | HasEra))
            throw new UnknownValueException($"a view has the parts {parts}");
        ServerId? primary = (parts & HasPrimary) != 0 ? ServerId.Read(ref reader) : null;
        ServerId? backup = (parts & HasBackup) != 0 ? ServerId.Read(ref reader) : null;
        var level = (parts & HasLevel) != 0 ? reader.Level() : 1;
        var era =
            (parts & HasEra) != 0 ? reader.Varint()
            : (parts & IsReset) != 0 ? id.Number
            : 0;
        return new View(id.Cluster, id.Number, primary, backup, era, level);
    }

    internal static void WriteOptional(WireWriter writer, View? view)
    {
        writer.Flag(view is not null);
        view?.Write(writer);
    }

    internal static View? ReadOptional(ref WireReader reader) => reader.Flag() ? Read(ref reader) : null;

    private static void AddTo(ref Fingerprint fingerprint, ServerId? server)
    {
        fingerprint.Add(server?.Address.Value);
        fingerprint.Add(server?.Incarnation ?? 0);
    }
}
