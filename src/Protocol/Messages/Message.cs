namespace PbKv.Protocol;

/// <summary>Anybody → anybody: I do not understand what you sent, as it is of a later release.</summary>
/// <param name="Of">The kind of that message.</param>
public sealed record Unsupported(long Of) : Message
{
    internal override byte Kind => 41;

    internal override void Write(WireWriter writer) => writer.Varint(Of);

    internal static Unsupported Read(ref WireReader reader) => new(reader.Varint());

    /// <summary>It is never answered.</summary>
    internal void Tell(NodeAddress from, Effects effects) =>
        effects.Notice(
            NoticeKind.Refused,
            $"{from} is of an earlier release, and does not understand messages of kind {Of}"
        );
}

/// <summary>
/// The closed family of everything that nodes say to one another. A message is immutable, and says itself how it is
/// written and read. Its kind is a number for ever. A later release may add kinds, and fields at the end of a kind: who
/// does not know them passes over them.
/// </summary>
public abstract record Message
{
    private protected Message() { }

    internal abstract byte Kind { get; }

    /// <summary>About its bytes on the wire, where they may be many.</summary>
    internal virtual long Size => 256;

    internal abstract void Write(WireWriter writer);

    /// <returns>Null for a kind that this release does not know.</returns>
    internal static Message? Read(byte kind, ref WireReader reader) =>
        kind switch
        {
            1 => Ping.Read(ref reader),
            2 => PingAnswer.Read(ref reader),
            3 => PingRefused.Read(ref reader),
            4 => ViewRequest.Read(ref reader),
            5 => ViewNews.Read(ref reader),
            6 => ResetRequest.Read(ref reader),
            7 => ResetAnswer.Read(ref reader),
            8 => ViewServices.Read(ref reader),
            11 => OpenSession.Read(ref reader),
            12 => SessionOpened.Read(ref reader),
            13 => Request.Read(ref reader),
            14 => Reply.Read(ref reader),
            15 => Refusal.Read(ref reader),
            21 => Forward.Read(ref reader),
            22 => ForwardAck.Read(ref reader),
            23 => ForwardWanted.Read(ref reader),
            24 => Chunk.Read(ref reader),
            25 => ChunkAck.Read(ref reader),
            26 => Installed.Read(ref reader),
            27 => WrongView.Read(ref reader),
            31 => StatusRequest.Read(ref reader),
            32 => ViewServiceStatus.Read(ref reader),
            33 => ReplicaStatus.Read(ref reader),
            41 => Unsupported.Read(ref reader),
            51 => Candidacy.Read(ref reader),
            52 => Vote.Read(ref reader),
            53 => Keep.Read(ref reader),
            54 => Kept.Read(ref reader),
            55 => Joining.Read(ref reader),
            56 => Summons.Read(ref reader),
            57 => MemberRequest.Read(ref reader),
            58 => MemberAnswer.Read(ref reader),
            _ => null,
        };

    /// <summary>By value: records that hold collections do not compare by value, bytes do.</summary>
    internal void AddTo(ref Fingerprint fingerprint)
    {
        var writer = WireWriter.Rent();
        writer.Byte(Kind);
        Write(writer);
        fingerprint.Add(writer.Return());
    }
}
