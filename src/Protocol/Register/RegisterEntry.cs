using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>One of the view services of a cluster.</summary>
/// <param name="Id">What its operator calls it; empty for one that never was one of several.</param>
/// <param name="Disk">Drawn at random when its directory was made: whoever lost what it kept is another member, which
/// has promised nothing.</param>
internal readonly record struct Member(string Id, NodeAddress Address, ulong Disk) : IListed<Member>
{
    static int IListed<Member>.Smallest => 10;

    internal ViewServiceName Name => new(Id, Address);

    public override string ToString() => Name.ToString();

    internal void Write(WireWriter writer)
    {
        writer.Text(Id);
        writer.Text(Address.Value);
        writer.Fixed64(Disk);
    }

    internal static Member Read(ref WireReader reader) =>
        new(reader.Text(), new NodeAddress(reader.Text()), reader.Fixed64());

    void IListed<Member>.Write(WireWriter writer) => Write(writer);

    static Member IListed<Member>.Read(ref WireReader reader) => Read(ref reader);
}

/// <summary>All that the view services of a cluster keep together. A later entry replaces an earlier one.</summary>
/// <param name="Term">That of the leader that wrote it; 0: of the founder, before anybody led.</param>
/// <param name="Index">One more than that of the entry that it was made from.</param>
/// <param name="Group">The id of the cluster that they look after.</param>
/// <param name="Members">Most of these must keep it before it counts.</param>
/// <param name="Memory">Null until the first that acts has one.</param>
internal sealed record RegisterEntry(
    long Term,
    long Index,
    ClusterId Group,
    ImmutableArray<Member> Members,
    ViewServiceMemory? Memory
)
{
    /// <summary>So that a leader may have sent it.</summary>
    internal bool IsWellFormed =>
        Term is > 0 and <= View.MostNumber
        && Index is > 0 and <= View.MostNumber
        && Members is { IsDefault: false, Length: > 0 and <= ViewServices.Most }
        && Members.Select(member => member.Disk).Distinct().Count() == Members.Length;

    /// <summary>Of two entries that may follow each other, the newer.</summary>
    internal bool IsNewerThan(long term, long index) => (Term, Index).CompareTo((term, index)) > 0;

    internal bool Lists(ulong disk) => Members.Any(member => member.Disk == disk);

    internal bool IsMost(Func<Member, bool> which) => 2 * Members.Count(which) > Members.Length;

    internal void Write(WireWriter writer)
    {
        writer.Varint(Term);
        writer.Varint(Index);
        writer.Fixed64(Group.Value);
        writer.List(Members);
        writer.Flag(Memory is not null);
        Memory?.Write(writer);
    }

    internal static RegisterEntry Read(ref WireReader reader) =>
        new(
            reader.Varint(),
            reader.Varint(),
            new ClusterId(reader.Fixed64()),
            reader.List<Member>(),
            reader.Flag() ? ViewServiceMemory.Read(ref reader) : null
        );
}

/// <summary>What one member must not forget: written down before anybody is told.</summary>
/// <param name="Term">The newest that it heard of.</param>
/// <param name="Vote">The disk of the member that it chose in that term; 0: none.</param>
/// <param name="Entry">The newest that it was told to keep; null: none yet.</param>
internal sealed record RegisterState(ulong Disk, long Term, ulong Vote, RegisterEntry? Entry)
{
    internal void Write(WireWriter writer)
    {
        writer.Fixed64(Disk);
        writer.Varint(Term);
        writer.Fixed64(Vote);
        writer.Flag(Entry is not null);
        Entry?.Write(writer);
    }

    internal static RegisterState Read(ref WireReader reader) =>
        new(reader.Fixed64(), reader.Varint(), reader.Fixed64(), reader.Flag() ? RegisterEntry.Read(ref reader) : null);
}
