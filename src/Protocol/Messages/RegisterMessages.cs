namespace PbKv.Protocol;

/// <summary>What view services say to each other about what they keep together: see <see cref="Register"/>.</summary>
internal interface IRegisterMessage;

/// <summary>Member → members: I would lead, let me.</summary>
/// <param name="EntryTerm">With the index: how new the entry is that it has.</param>
/// <param name="Trial">Only asks whether it would be chosen: nobody promises anything.</param>
internal sealed record Candidacy(ClusterId Group, Member From, long Term, long EntryTerm, long EntryIndex, bool Trial)
    : Message,
        IRegisterMessage
{
    internal override byte Kind => 51;

    internal override void Write(WireWriter writer)
    {
        writer.Fixed64(Group.Value);
        From.Write(writer);
        writer.Varint(Term);
        writer.Varint(EntryTerm);
        writer.Varint(EntryIndex);
        writer.Flag(Trial);
    }

    internal static Candidacy Read(ref WireReader reader) =>
        new(
            new ClusterId(reader.Fixed64()),
            Member.Read(ref reader),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Flag()
        );
}

/// <summary>Member → candidate.</summary>
/// <param name="Group">That of the entry that it has, where it has one.</param>
/// <param name="Term">The one that the candidate asked for; where it was refused, the newest that is known.</param>
internal sealed record Vote(ClusterId Group, ulong Disk, long Term, bool Trial, bool Given) : Message, IRegisterMessage
{
    internal override byte Kind => 52;

    internal override void Write(WireWriter writer)
    {
        writer.Fixed64(Group.Value);
        writer.Fixed64(Disk);
        writer.Varint(Term);
        writer.Flag(Trial);
        writer.Flag(Given);
    }

    internal static Vote Read(ref WireReader reader) =>
        new(new ClusterId(reader.Fixed64()), reader.Fixed64(), reader.Varint(), reader.Flag(), reader.Flag());
}

/// <summary>Leader → members, every tick and at once when there is something new: keep this.</summary>
/// <param name="Round">Comes back with the answer: who answers a round took this one for the leader after it
/// began.</param>
internal sealed record Keep(long Term, RegisterEntry Entry, long Round) : Message, IRegisterMessage
{
    internal override byte Kind => 53;

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Term);
        Entry.Write(writer);
        writer.Varint(Round);
    }

    internal static Keep Read(ref WireReader reader) =>
        new(reader.Varint(), RegisterEntry.Read(ref reader), reader.Varint());
}

/// <summary>Member → leader: this is what I keep.</summary>
/// <param name="Group">That of its entry: where it is another than the leader's, its disk is another cluster's.</param>
/// <param name="Term">The newest that it knows: beyond the leader's, the leader leads no more.</param>
internal sealed record Kept(ClusterId Group, ulong Disk, long Term, long EntryTerm, long EntryIndex, long Round)
    : Message,
        IRegisterMessage
{
    internal override byte Kind => 54;

    internal override void Write(WireWriter writer)
    {
        writer.Fixed64(Group.Value);
        writer.Fixed64(Disk);
        writer.Varint(Term);
        writer.Varint(EntryTerm);
        writer.Varint(EntryIndex);
        writer.Varint(Round);
    }

    internal static Kept Read(ref WireReader reader) =>
        new(
            new ClusterId(reader.Fixed64()),
            reader.Fixed64(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint()
        );
}

/// <summary>View service that is in no group, or in one under another name → all that it knows: take me in.</summary>
/// <param name="To">The disk of the one addressed, as far as it was heard of.</param>
/// <param name="IsEmpty">It keeps no entry.</param>
internal sealed record Joining(Member From, ulong To, bool IsEmpty) : Message, IRegisterMessage
{
    internal override byte Kind => 55;

    internal override void Write(WireWriter writer)
    {
        From.Write(writer);
        writer.Fixed64(To);
        writer.Flag(IsEmpty);
    }

    internal static Joining Read(ref WireReader reader) =>
        new(Member.Read(ref reader), reader.Fixed64(), reader.Flag());
}

/// <summary>Leader → member: lead in my place.</summary>
internal sealed record Summons(ClusterId Group, long Term) : Message, IRegisterMessage
{
    internal override byte Kind => 56;

    internal override void Write(WireWriter writer)
    {
        writer.Fixed64(Group.Value);
        writer.Varint(Term);
    }

    internal static Summons Read(ref WireReader reader) => new(new ClusterId(reader.Fixed64()), reader.Varint());
}

internal enum MemberChange : byte
{
    Add = 1,
    Remove = 2,
    Transfer = 3,
}

/// <summary>Operator → the view service that acts: change the members, or who leads them.</summary>
/// <param name="Id">Of the member that it is about; for a transfer empty, where any other may lead.</param>
/// <param name="Address">Of one that is to be added; else empty.</param>
internal sealed record MemberRequest(MemberChange Change, string Id, string Address) : Message, IRegisterMessage
{
    internal override byte Kind => 57;

    internal override void Write(WireWriter writer)
    {
        writer.Byte((byte)Change);
        writer.Text(Id);
        writer.Text(Address);
    }

    internal static MemberRequest Read(ref WireReader reader) =>
        new((MemberChange)reader.Enum((int)MemberChange.Transfer, "change of members"), reader.Text(), reader.Text());
}

/// <summary>View service → operator: what comes of the request.</summary>
/// <param name="Text">For people.</param>
internal sealed record MemberAnswer(bool Done, string Text) : Message, IRegisterMessage
{
    internal override byte Kind => 58;

    internal override void Write(WireWriter writer)
    {
        writer.Flag(Done);
        writer.Text(Text);
    }

    internal static MemberAnswer Read(ref WireReader reader) => new(reader.Flag(), reader.Text());
}
