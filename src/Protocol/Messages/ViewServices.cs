using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// View service → anybody: which view services there are, and which of them acts. The answer of one that does not act,
/// and beside each answer of the one that does: who knows one of them learns of all.
/// </summary>
/// <param name="Acting">Null where this one knows of none.</param>
/// <param name="Term">How often one was chosen before, as far as this one knows: the higher, the newer.</param>
/// <param name="Entries">How much of what they keep together this one has: the less, the further behind.</param>
public sealed record ViewServices(ImmutableArray<ViewServiceName> Members, NodeAddress? Acting, long Term, long Entries)
    : Message
{
    /// <summary>More would not be faster to agree.</summary>
    internal const int Most = 9;

    internal override byte Kind => 8;

    internal bool IsWellFormed =>
        Members is { IsDefault: false, Length: > 0 and <= Most }
        && Members.All(member => member.Address.Value.Length > 0);

    internal override void Write(WireWriter writer)
    {
        writer.List(Members);
        writer.OptionalText(Acting?.Value);
        writer.Varint(Term);
        writer.Varint(Entries);
    }

    internal static ViewServices Read(ref WireReader reader) =>
        new(
            reader.List<ViewServiceName>(),
            reader.OptionalText() is { } acting ? new NodeAddress(acting) : null,
            reader.Varint(),
            reader.Varint()
        );
}

/// <param name="Id">What its operator calls it.</param>
public readonly record struct ViewServiceName(string Id, NodeAddress Address) : IListed<ViewServiceName>
{
    static int IListed<ViewServiceName>.Smallest => 2;

    public override string ToString() => Id.Length == 0 ? Address.Value : $"{Id} ({Address})";

    void IListed<ViewServiceName>.Write(WireWriter writer)
    {
        writer.Text(Id);
        writer.Text(Address.Value);
    }

    static ViewServiceName IListed<ViewServiceName>.Read(ref WireReader reader) =>
        new(reader.Text(), new NodeAddress(reader.Text()));
}
