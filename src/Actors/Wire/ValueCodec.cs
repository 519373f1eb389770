using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>The names and views that messages are made of.</summary>
internal static class ValueCodec
{
    private const byte HasPrimary = 1;
    private const byte HasBackup = 2;
    private const byte IsReset = 4;

    public static void Write(WireWriter writer, ServerId server)
    {
        writer.Text(server.Address.Value);
        writer.Varint(server.Incarnation);
    }

    public static ServerId ReadServer(ref WireReader reader) => new(new NodeAddress(reader.Text()), reader.Varint());

    public static void Write(WireWriter writer, ViewId view)
    {
        writer.Fixed64(view.Cluster.Value);
        writer.Varint(view.Number);
    }

    public static ViewId ReadViewId(ref WireReader reader) => new(new ClusterId(reader.Fixed64()), reader.Varint());

    public static void Write(WireWriter writer, View view)
    {
        Write(writer, view.Id);
        writer.Byte(
            (byte)(
                (view.Primary is null ? 0 : HasPrimary)
                | (view.Backup is null ? 0 : HasBackup)
                | (view.Reset ? IsReset : 0)
            )
        );
        if (view.Primary is { } primary)
            Write(writer, primary);
        if (view.Backup is { } backup)
            Write(writer, backup);
    }

    public static View ReadView(ref WireReader reader)
    {
        var id = ReadViewId(ref reader);
        var parts = reader.Byte();
        if (parts > (HasPrimary | HasBackup | IsReset))
            throw new UnknownValueException($"a view has the parts {parts}");
        ServerId? primary = (parts & HasPrimary) != 0 ? ReadServer(ref reader) : null;
        ServerId? backup = (parts & HasBackup) != 0 ? ReadServer(ref reader) : null;
        return new View(id.Cluster, id.Number, primary, backup, (parts & IsReset) != 0);
    }

    public static void WriteOptional(WireWriter writer, View? view)
    {
        writer.Flag(view is not null);
        if (view is not null)
            Write(writer, view);
    }

    public static View? ReadOptionalView(ref WireReader reader) => reader.Flag() ? ReadView(ref reader) : null;

    public static byte ReadEnum(ref WireReader reader, int highest, string name)
    {
        var value = reader.Byte();
        if (value == 0 || value > highest)
            throw new UnknownValueException($"{name} {value}");
        return value;
    }
}
