using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>The register of b alone, one of a, b and c: the test says what the two others say.</summary>
internal sealed class OneRegister
{
    public static readonly Member A = Member("a", 1);
    public static readonly Member B = Member("b", 2);
    public static readonly Member C = Member("c", 3);
    public static readonly ClusterId Group = new(7);
    public static readonly ProtocolSettings Settings = ProtocolSettings.Default;

    /// <param name="self">Where it is b by its disk, and called something else now.</param>
    public OneRegister(
        RegisterEntry? entry,
        long term = 1,
        Member? self = null,
        ImmutableArray<Member>? peers = null,
        bool mayFound = true
    )
    {
        Kept = new RegisterState(B.Disk, term, 0, entry);
        Node = new Register(
            (self ?? B).Name,
            [.. (peers ?? [A, B, C]).Select(member => member.Name)],
            Settings,
            Kept,
            Group,
            mayFound
        );
        Do(Node.Start);
    }

    public Register Node { get; }

    /// <summary>What is on its disk.</summary>
    public RegisterState Kept { get; private set; }

    /// <summary>What the last input brought about.</summary>
    public Effects Effects { get; private set; } = new();

    /// <summary>What it waits for now, with the time: set anew by the last input, and not cancelled.</summary>
    public (int Min, int Max)? Waits<TTimer>() =>
        Effects
            .Timers.Where(setting => setting.Timer is TTimer)
            .Select(setting => ((int, int)?)(setting.MinMs, setting.MaxMs))
            .LastOrDefault();

    public static Member Member(string name, ulong disk) => new(name, new NodeAddress(name), disk);

    public static RegisterEntry Entry(long term, long index, params ImmutableArray<Member> members) =>
        new(term, index, Group, members.IsEmpty ? [A, B, C] : members, null);

    public static Candidacy Candidacy(Member from, long term, long entryTerm, long index, bool trial = false) =>
        new(Group, from, term, entryTerm, index, trial);

    /// <summary>A register with that entry, which has just asked the others for their votes in term 2.</summary>
    public static OneRegister Standing()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Summons(Group, 1));
        Assert.Equal(2, one.Node.Term);
        return one;
    }

    /// <summary>Both others keep the entry that it wrote in term 2.</summary>
    public static OneRegister Leading()
    {
        var one = Standing();
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: false, Given: true));
        foreach (var member in new[] { A, C })
            one.Hear(member, new Kept(Group, member.Disk, 2, 2, 6, 0));
        Assert.Equal(2, one.Node.LeadsTerm);
        return one;
    }

    public void Hear(Member from, Message message) => Do(effects => Node.Handle(from.Address, message, effects));

    public void Fire(NodeTimer timer) => Do(effects => Node.OnTimer(timer, effects));

    public void Lose(Member peer) => Do(effects => Node.OnConnectionLost(peer.Address, effects));

    public Vote Asked(Member from, Candidacy candidacy)
    {
        Hear(from, candidacy);
        return Effects.Messages.Select(sent => sent.Message).OfType<Vote>().Single();
    }

    public IEnumerable<T> Sent<T>() => Effects.Messages.Select(sent => sent.Message).OfType<T>();

    private void Do(Action<Effects> input)
    {
        Effects = new Effects();
        input(Effects);
        Kept = Effects.Register ?? Kept;
    }
}
