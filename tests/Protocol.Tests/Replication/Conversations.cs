using System.Text;
using PbKv.Checking;
using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// The main conversations of servers, line by line, kept in Conversations.txt beside this file: every message and every
/// timer of a server, after what it was told.
/// </summary>
public sealed class Conversations
{
    private static readonly NodeAddress B = new("b");
    private static readonly string Long = new('v', 200);

    private readonly StringBuilder _page = new();

    [Fact]
    public void Servers_say_what_is_written_down_and_in_this_order()
    {
        Write("A server starts, is primary, and its view service's connection breaks", Alone);
        Write("A backup joins a primary that goes on writing", Joins);
        Write("What was in flight is lost", IsLost);
        Write("A backup hears a gap, and the confirmation is lost", Confirms);
        Write("A transfer waits for a small room", Rooms);
        Write("Sessions are used, closed and expire", Expire);
        Write("More gathers than one forward takes", Gathers);
        Write("A primary goes from view to view", Moves);
        Write("A server leaves", Leaves);
        Write("Clerks ask with other views, and for too much", Asks);
        Write("Chunks arrive one by one while the primary writes", Fills);
        Write("A transfer is slow, then stands still", IsSlow);
        Write("Sessions expire at a pair, and none at a primary that may not answer", ExpireAtPair);
        Write("What is not believed", Doubts);
        Write("A backup has less room than its primary", HasLessRoom);

        Approved.AssertIs(_page.ToString(), "Replication", "Conversations.txt");
    }

    private void Alone(Harness net)
    {
        var a = net.Server("a");
        net.Tell(a, View(1, a), acknowledged: false);
        Ask(net, a, 1, Put(1, "k", "v"));
        net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, 1));
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id, a.View, true, 7));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", "v"), Get(2, "k"), Append(3, "k", "w"), PutHash(4, "k", "x"), Get(5, "none"));
        Ask(net, a, session, PutHash(4, "k", "x"));
        Look(net, a);
        net.Do(a, effects => a.OnConnectionLost(Clerk, effects));
        Say("that was a clerk's connection");
        net.Do(a, effects => a.OnConnectionLost(Harness.ViewService, effects));
        net.Do(a, effects => a.OnTimer(new PingAgainTimer(), effects));
        net.Tick(a);
    }

    private void Joins(Harness net)
    {
        var (a, b, session) = Joining(net);
        Look(net, a);
        net.Run(most: 1);
        Look(net, b);
        Ask(net, a, session, Put(4, "late", "v"));
        net.Run(message => message is not Installed);
        Look(net, a);
        Look(net, b);
        net.Tick(b);
        Ask(net, a, session, Get(5, "late"));
        Ask(net, a, session, Put(6, "late", "w"));
        Look(net, a);
        net.Run();
        net.Tick(b);
        Look(net, a);
        Look(net, b);
    }

    private void IsLost(Harness net)
    {
        var (a, b, session) = Joining(net);
        for (var i = 0; i < 3; i++)
        {
            net.Take<Chunk>();
            net.Tick(a);
        }
        net.Run();
        Ask(net, a, session, Put(4, "k", "v"));
        net.Take<Forward>();
        for (var i = 0; i <= net.Settings.BackupSilentTicks; i++)
        {
            net.Tick(a);
            net.Take<Forward>();
        }
        Say("b asks again");
        net.Give(a, B, new ForwardWanted(a.View.Id, 1));
        net.Tick(a);
        net.Run();
        net.Tick(a);
        net.Tick(a);
        Look(net, b);
    }

    private void Confirms(Harness net)
    {
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", "v"));
        Ask(net, a, session, Put(2, "k", "w"));
        Ask(net, a, session, Put(3, "k", "x"));
        var forwards = net.Take<Forward>();
        Say("the second and the third come first");
        net.Give(b, a.Id.Address, forwards[1]);
        net.Give(b, a.Id.Address, forwards[2]);
        net.Tick(b);
        net.Give(b, a.Id.Address, forwards[1]);
        net.Run();
        net.Tick(b);
        Say("acknowledgements of nothing, and one of the past");
        foreach (var serial in new[] { -1, 99, 0 })
            net.Give(a, B, new ForwardAck(a.View.Id, serial));
        Look(net, a);
    }

    private void Rooms(Harness net)
    {
        var settings = net.Settings with { StreamBytes = 4000, ChunkBytes = 200, ChunksInFlight = 1, CatchUpStep = 1 };
        var (a, b, session) = Joining(net, settings);
        for (var i = 4; i < 10; i++)
        {
            Ask(net, a, session, Put(i, "k", Long));
            net.Run(most: 2);
        }
        net.Run();
        Look(net, a);
        Look(net, b);
    }

    private void Expire(Harness net)
    {
        var a = net.Server("a", settings: net.Settings with { SessionIdleTicks = 3 });
        net.Tell(a, View(1, a), acknowledged: false);
        net.Tick(a);
        net.Tell(a, View(1, a));
        var (used, closed) = (net.OpenSession(a), net.OpenSession(a));
        net.OpenSession(a);
        for (var i = 1; i < 7; i++)
        {
            net.Tick(a);
            Ask(net, a, used, i % 2 == 0 ? Put(i, "k", "v") : Get(i, "k"));
            if (i == 1)
                Ask(net, a, closed, new Operation(OperationKind.CloseSession, 1, default, default));
        }
        Look(net, a);
    }

    private void Gathers(Harness net)
    {
        var settings = net.Settings with { ForwardsInFlight = 1, ForwardBytes = 120 };
        var (a, _) = net.Pair(settings);
        var session = net.OpenSession(a);
        for (var i = 1; i < 7; i++)
            Ask(net, a, session, i == 3 ? Get(i, "k") : Put(i, "k", "v"));
        Look(net, a);
        net.Run();
        Look(net, a);
    }

    private void Moves(Harness net)
    {
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", "v"));
        Say("a stays, and waits to be confirmed");
        net.Tell(a, View(3, a, b), acknowledged: false);
        Ask(net, a, session, Put(2, "k", "v"));
        net.Tell(a, View(3, a, b));
        Ask(net, a, session, Put(2, "k", "v"));
        net.Tell(b, View(3, a, b));
        net.Run();
        Ask(net, a, session, Put(3, "k", "w"));
        Say("b takes over, and a hears of it by b");
        net.Tell(b, View(4, b, a));
        net.Run();
        net.Give(a, Harness.ViewService, new ViewNews(View(4, b, a), false));
        net.Run();
        Look(net, a);
        Look(net, b);
        Say("a hears of a later life of its own");
        net.Tell(a, View(5, b) with { Backup = a.Id with { Incarnation = 4 } });
        Look(net, a);
    }

    private void Leaves(Harness net)
    {
        var (a, b) = net.Pair();
        net.Do(a, a.Leave);
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id, a.View, true, 3, true));
        net.Tell(a, View(3, b));
        Say("not yet acknowledged, then of another life, then by a view with an unsynced backup");
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id, a.View, false, 4));
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id with { Incarnation = 9 }, a.View, true, 5, true));
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id, View(4, b) with { Backup = new(new("c"), 1) }, true, 6));
        net.Give(a, Harness.ViewService, new PingAnswer(a.Id, a.View, true, 7, true));
    }

    private void Asks(Harness net)
    {
        var a = net.Server("a", settings: net.Settings with { SessionWindow = 4 });
        net.Tell(a, View(2, a));
        var session = net.OpenSession(a);
        foreach (var number in new[] { 0, 1, 2, 3, 3 })
            net.Give(
                a,
                Clerk,
                net.Request(a, session, 1, Put(1, "k", "v")) with
                {
                    View = a.View.Id with { Number = number },
                }
            );
        net.Tick(a);
        foreach (var number in new[] { 1, 3 })
            net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id with { Number = number }, 70 + number));
        foreach (var sequence in new[] { 4, 5 })
            Ask(net, a, session, Put(sequence, "k", "v"));
        net.Give(a, Clerk, net.Request(a, session, 3, Put(6, "k", "v"), Put(7, "k", "v")));
        net.Give(a, Clerk, net.Request(a, session, 3, Put(6, "k", "v")));
        net.Give(a, Clerk, net.Request(a, session, 0, Get(7, "k")) with { View = ViewId.None });
        net.Do(a, effects => a.RefuseAsBusy(Clerk, 99, effects));
        net.Give(a, B, new ForwardAck(a.View.Id, 1));
        net.Give(a, B, new WrongView(View(3, null) with { Primary = new(B, 1) }));
        Ask(net, a, session, Put(7, "k", "v"));
    }

    private void Fills(Harness net)
    {
        var settings = net.Settings with
        {
            StreamBytes = 6000,
            ChunkBytes = 200,
            ChunksInFlight = 2,
            CatchUpStep = 2,
            ForwardsInFlight = 2,
            ForwardBytes = 400,
        };
        var (a, b) = (net.Server("a", settings: settings), net.Server("b", settings: settings));
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        for (var i = 1; i <= 12; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"key-{i:00}", new string('w', 30))));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        net.Do(b, effects => b.OnTimer(new CatchUpTimer(), effects));
        for (var i = 13; i < 40; i++)
        {
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, "k", Long), Get(i + 100, "k")));
            if (i % 5 == 0)
                net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, i));
            net.Run(most: 2);
            if (i % 4 == 0)
            {
                Look(net, a);
                Look(net, b);
            }
        }
        net.Run();
        net.Do(b, effects => b.OnTimer(new CatchUpTimer(), effects));
        Look(net, a);
        AssertEqual(a, b);
    }

    private void IsSlow(Harness net)
    {
        var (a, b, _) = Joining(net, net.Settings with { ChunkBytes = 60, ChunksInFlight = 1 });
        for (var i = 0; i < 3; i++)
        {
            for (var tick = 0; tick < net.Settings.BackupSilentTicks - 2; tick++)
                net.Tick(a);
            net.Give(b, a.Id.Address, net.Take<Chunk>()[0]);
            net.Run(message => message is ChunkAck, most: 1);
        }
        Say("from here on nothing comes");
        for (var tick = 0; tick <= net.Settings.BackupSilentTicks; tick++)
            net.Tick(a);
        net.Run();
        for (var tick = 0; tick < 4; tick++)
            net.Tick(a);
    }

    private void ExpireAtPair(Harness net)
    {
        var (a, b) = net.Pair(net.Settings with { SessionIdleTicks = 2, StreamBytes = 400 });
        net.OpenSession(a);
        net.Tell(a, View(3, a, b), acknowledged: false);
        for (var i = 0; i < 4; i++)
            net.Tick(a);
        Say("it may answer, and its stream is full");
        net.Tell(a, View(3, a, b));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", Long));
        for (var i = 0; i < 4; i++)
            net.Tick(a);
        Say("there is room");
        net.Tell(b, View(3, a, b));
        net.Run();
        for (var i = 0; i < 4; i++)
        {
            net.Tick(a);
            net.Run();
        }
        AssertEqual(a, b);
    }

    private void Doubts(Harness net)
    {
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Say("an older view, the same again, one of number 0");
        foreach (var number in new[] { 1, 2, 0 })
            net.Tell(a, View(number, a, b));
        Say("refused pings: of its own life, of a view service that forgot, and that again");
        net.Give(a, Harness.ViewService, new PingRefused(a.Id, PingRefusal.OlderIncarnation, Cluster, 1));
        foreach (var _ in new[] { 1, 2 })
            net.Give(a, Harness.ViewService, new PingRefused(a.Id, PingRefusal.NewerView, Cluster, 0));
        Say("an answer by which one that leaves might stop, at one that does not");
        net.Tell(b, View(3, a));
        net.Give(b, Harness.ViewService, new PingAnswer(b.Id, b.View, true, 1, true));
        Say("a confirmation of no memory at all, and one after the switch");
        net.Tell(a, View(4, a, b));
        net.Give(a, B, new Installed(a.View.Id, 0));
        net.Tell(b, View(4, a, b));
        net.Run();
        net.Give(a, B, new Installed(a.View.Id));
        Say("a batch of a session that its backup does not know");
        var batch = new Batch(99, 1, [Put(1, "k", "v")]);
        var forward = new Forward(b.View.Id, 2, b.Position + 1, b.Position, [batch]);
        net.Give(b, a.Id.Address, Believing.WithDigest(b, forward));
        Say("somebody else tells of a view, of which it is primary: it is not confirmed by that");
        net.Give(a, B, new WrongView(View(5, a)));
        Ask(net, a, session, Put(1, "k", "v"));
        net.Give(a, Clerk, new ViewNews(View(6, a, b), true));
        net.Tell(b, View(6, a, b));
        net.Run();
        Say("a later life, while an answer is held");
        Ask(net, a, session, Put(2, "k", "v"));
        net.Tell(a, View(8, b) with { Backup = a.Id with { Incarnation = 4 } });
        Say("of no view at all");
        net.Give(a, B, new Forward(new ViewId(Cluster, 0), 1, 1, -1, []));
    }

    private void HasLessRoom(Harness net)
    {
        var less = net.Settings with { MaxMemoryBytes = 9000, StreamBytes = 500 };
        var (a, b) = (net.Server("a"), net.Server("b", settings: less));
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        net.Tell(a, View(2, a, b));
        net.Tell(b, View(2, a, b));
        Say("the chunk waits, and forwards are acknowledged while there is room for them");
        for (var i = 1; i < 4; i++)
            Ask(net, a, session, Put(i, "k", Long));
        net.Run(message => message is not Chunk);
        net.Tick(a);
        net.Tick(a);
        net.Run();
        Look(net, a);
        for (var i = 4; i < 8; i++)
            Ask(net, a, session, Append(i, "k", string.Concat(Long, Long, Long, Long, Long)));
        net.Run();
        Look(net, a);
    }

    /// <summary>View 1 (a, -) with a little data, then view 2 (a, b), told to both.</summary>
    private static (ReplicaNode A, ReplicaNode B, long Session) Joining(Harness net, ProtocolSettings? settings = null)
    {
        var (a, b) = (net.Server("a", settings: settings), net.Server("b", settings: settings));
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "one", "1"), Put(2, "two", "2"), PutHash(3, "two", "3"));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        return (a, b, session);
    }

    private static void Ask(Harness net, ReplicaNode primary, long session, params Operation[] operations) =>
        net.Give(primary, Clerk, net.Request(primary, session, 1, operations));

    private static void Look(Harness net, ReplicaNode node) =>
        net.Give(node, new NodeAddress("operator"), new StatusRequest(1));

    private void Say(string what) => _page.Append(" -- ").AppendLine(what);

    private void Write(string title, Action<Harness> conversation)
    {
        _page.Append(title).AppendLine(".");
        var net = new Harness();
        net.AfterEffects = (node, effects) =>
        {
            foreach (var (to, message) in effects.Messages)
                _page.AppendLine($"  {node.Id.Address} → {to}: {Text(message).Replace(Long, "v…")}");
            foreach (var timer in effects.Timers)
                _page.AppendLine($"  {node.Id.Address} sets {timer.Timer.GetType().Name} {timer.MinMs}-{timer.MaxMs}");
            foreach (var notice in effects.Notices)
                _page.AppendLine($"  {node.Id.Address} notes {notice.Kind}");
            if (effects.MayStop)
                _page.AppendLine($"  {node.Id.Address} may stop");
        };
        conversation(net);
        _page.AppendLine();
    }

    private static string Text(Message message) =>
        message switch
        {
            ForwardAck ack => $"{MessageText.Of(ack)} waiting {ack.Waiting}",
            Reply { Newer: { } newer } reply => $"{MessageText.Of(reply)} newer {newer}",
            SessionOpened { Newer: { } newer } opened => $"{MessageText.Of(opened)} newer {newer}",
            ReplicaStatus status => (status with { Digest = 0 }).ToString(),
            _ => MessageText.Of(message),
        };
}
