using System.Text;
using PbKv.Checking;
using PbKv.Protocol.Tests.ClerkNodes;
using PbKv.Protocol.Tests.Registers;
using PbKv.Protocol.Tests.Replication;
using PbKv.Protocol.Tests.ViewService;
using static PbKv.Protocol.Tests.ViewService.ViewServiceBench;

namespace PbKv.Protocol.Tests;

/// <summary>
/// What people read of the nodes (log, status, refusals of an operator), as it comes in the situations that lead to it,
/// kept in Reasons.txt beside this file.
/// </summary>
public sealed class ReasonsTests
{
    private static readonly NodeAddress Operator = new("operator");
    private static readonly ClusterId Theirs = new(99);
    private static readonly ServerId A = Server("a");
    private static readonly ServerId A2 = Server("a", 2);
    private static readonly ServerId B = Server("b");
    private static readonly ServerId B2 = Server("b", 2);
    private static readonly ServerId C = Server("c");

    private readonly StringBuilder _page = new();
    private readonly HashSet<string> _said = [];
    private readonly HashSet<NoticeKind> _kinds = [];

    [Fact]
    public void What_people_read_is_what_was_approved()
    {
        ViewService();
        OneOfSeveral();
        Resets();
        Servers();
        Clerks();
        Approved.AssertIs(_page.ToString(), "Reasons.txt");
        Assert.Empty(Enum.GetValues<NoticeKind>().Except(_kinds));
    }

    private void ViewService()
    {
        Scene(
            "A pair forms, and the primary dies.",
            bench =>
            {
                bench.WithPair(A, B);
                bench.UntilDead((B, 2));
                bench.Ping(A, 2);
            }
        );
        Scene(
            "A backup is silent for more than half of what makes it dead.",
            bench => bench.WithPair(A, B),
            bench => bench.Ticks((bench.DeadPings / 2) + 1, (A, 2)),
            bench => bench.Ping(B, 2)
        );
        Scene("Nobody pings.", bench => bench.UntilDead());
        Scene("The first primary dies at once.", bench => bench.UntilDead((A, 0)), bench => bench.UntilDead());
        Scene(
            "Another takes the place of the first primary.",
            bench => bench.UntilDead((A, 0)),
            bench => bench.UntilDead((B, 0))
        );
        Scene("A lone primary dies.", bench => bench.WithPrimary(A), bench => bench.UntilDead());
        Scene("It restarts.", bench => bench.WithPrimary(A), bench => bench.PingNow(A2));
        Scene(
            "A primary dies while its backup lacks something.",
            bench => bench.WithPair(A, B, synced: false),
            bench => bench.UntilDead((B, 2))
        );
        Scene("Both die.", bench => bench.WithPair(A, B), bench => bench.UntilDead());
        Scene(
            "Both restart.",
            bench => bench.WithPair(A, B),
            bench => bench.UntilDead(),
            bench => bench.Ping(A2, 0),
            bench => bench.Ping(B2, 0)
        );
        Scene(
            "A new primary dies before it has acknowledged, and so does the one before it.",
            bench => bench.WithPair(A, B),
            bench => bench.Ticks(bench.DeadPings, (B, 2)),
            bench => bench.UntilDead((C, 0)),
            bench => bench.UntilDead((C, 0)),
            bench => bench.Ping(A, 2)
        );
        Scene(
            "A primary whose backup changed dies before it has acknowledged that.",
            bench => bench.WithPrimary(A),
            bench => bench.Ping(B, 0),
            bench => bench.UntilDead((B, 0))
        );
        Scene(
            "A backup dies, one leaves, one is silent.",
            bench => bench.WithPair(A, B),
            bench => bench.UntilDead((A, -1)),
            bench => bench.Ping(C, 0),
            bench => bench.Ping(A, bench.View.Number),
            bench => bench.Ping(C, 0, leaving: true),
            bench => bench.Ping(A, bench.View.Number),
            bench => bench.Ping(B, 0),
            bench => bench.Ping(A, bench.View.Number),
            bench => bench.Ping(A, bench.View.Number, backupSilent: true)
        );
        Scene(
            "A primary leaves.",
            bench => bench.WithPair(A, B),
            bench => bench.PingNow(A, leaving: true),
            bench => bench.PingNow(B)
        );
        Scene(
            "A connection breaks, and nothing comes.",
            bench => bench.WithPair(A, B),
            bench => bench.Ticks(bench.DeadPings, (A, 2), (B, 2)),
            bench => bench.Step(effects => bench.Node.OnConnectionLost(B.Address, effects)),
            bench => bench.Step(effects => bench.Node.OnTimer(new ConnectionLostTimer(B), effects)),
            bench => bench.Ping(B, 2)
        );
        Scene(
            "A server is deaf.",
            bench => bench.WithPair(A, B),
            bench =>
            {
                for (var i = 0; i < 2 * bench.DeadPings; i++)
                {
                    bench.Ping(B, 2, heard: 1);
                    bench.Ticks(1, (A, -1));
                }
            }
        );
        Scene(
            "What is not believed.",
            bench => bench.WithPair(A2, B),
            bench => bench.Ping(A, 2),
            bench => bench.Ping(C, 5, cluster: Theirs),
            bench => bench.Ping(C, 5),
            bench => bench.Handle(Operator, new Ping(C, ViewId.None, false, false, false, 0)),
            bench => bench.Handle(A.Address, new ForwardAck(bench.View.Id, 1)),
            bench => bench.Step(effects => bench.Node.OnTimer(new ReplicaTick(), effects))
        );
        Scene("Its memory is lost.", bench => bench.Ping(A, 5, cluster: Theirs));
        Scene("Its memory is lost, but not its cluster's name.", bench => bench.Ping(A, 5));
    }

    private void OneOfSeveral()
    {
        Write("one of several view services", "Another is chosen.");
        var member = new ViewServiceMember(ViewServiceBench.Self);
        var effects = new Effects();
        member.Lead(new ViewServiceNode(member.Self, ProtocolSettings.Default, Fresh, null), effects);
        member.Follow(effects);
        Write(effects.Notices);
        Write("one of several view services", "They begin, one loses its disk, one is removed, another leads.");
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("c");
        bench.Ticks(bench.DeadPings + 1);
        bench.Start("c", keepsDisk: false);
        bench.Ticks(2);
        bench.Start("d", peers: ["a", "d"]);
        bench.Ticks(1);
        bench.Ask("a", MemberChange.Remove, "a");
        bench.Ask("a", MemberChange.Remove, "c");
        bench.Ask("a", MemberChange.Remove, "e");
        bench.Ask("a", MemberChange.Add, "c", "c");
        bench.Ask("a", MemberChange.Add, "d", "d");
        bench.Ticks(2);
        bench.Stop("d");
        bench.Ticks(bench.DeadPings + 1);
        bench.Ask("a", MemberChange.Transfer, "d");
        bench.Ask("a", MemberChange.Remove, "d");
        bench.Ask("a", MemberChange.Transfer, "");
        bench.Ask("a", MemberChange.Transfer, "");
        bench.Stop("a", "c");
        bench.Ticks(bench.DeadPings + 1);
        Write(bench);
        Write("one of several view services", "What is not believed, and what is not done.");
        bench = RegisterBench.Led("a", "b", "c");
        var entry = bench["a"].Entry!;
        bench.Give("b", entry.Members[0].Address, new Keep(5, entry, 0));
        bench.Give("a", Operator, new Keep(entry.Term, entry, 0));
        bench.Give("b", Operator, new Keep(entry.Term, entry with { Group = Theirs }, 0));
        var other = new Member("c", new NodeAddress("elsewhere"), Disk: 99);
        bench.Give("a", other.Address, new Joining(other, bench.Disk("a").Disk, IsEmpty: true));
        bench.Ask("b", MemberChange.Add, "d", "d");
        bench.Ask("a", MemberChange.Add, "c", "elsewhere");
        bench.Stop("b", "c");
        bench.Ticks(2);
        bench.Ask("a", MemberChange.Transfer, "");
        bench.Decides("a", RegisterBench.Memory(3));
        bench.Ask("a", MemberChange.Remove, "c");
        Write(bench);
        bench = RegisterBench.Led([.. Enumerable.Range(1, ViewServices.Most).Select(number => $"v{number}")]);
        bench.Ask("v1", MemberChange.Add, "another", "another");
        Write(bench);
    }

    private void Resets()
    {
        Scene("A reset before there is any view.", bench => bench.Ping(A, 0), Reset(A));
        Scene(
            "A reset while nobody was ever answered.",
            bench => bench.UntilDead((A, 0)),
            bench => bench.Ping(B, 0),
            Reset(B)
        );
        Scene(
            "A reset while both are dead.",
            bench => bench.WithPair(A, B),
            bench => bench.UntilDead((C, 0)),
            Reset(C)
        );
        Scene(
            "A reset while one has restarted, and the other lacked something.",
            bench => bench.WithPair(A, B, synced: false),
            bench => bench.Ping(A2, 0),
            Reset(A2)
        );
        Scene(
            "A reset of a healthy pair, and another before that is acknowledged.",
            bench => bench.WithPair(A, B),
            Reset(B),
            Reset(A)
        );
        Scene("A reset without a backup.", bench => bench.WithPrimary(A), Reset(A));
        Scene("A reset to nobody.", bench => bench.WithPair(A, B), Reset(C));
        Scene("A reset with nobody.", Reset(C));
        Scene(
            "A takeover.",
            bench => bench.Ping(A, 7, cluster: Theirs),
            bench => bench.Ping(B, 8, cluster: Theirs),
            bench => bench.Ping(Server("d"), 6, cluster: Theirs),
            bench => bench.Ping(C, 3),
            Reset(A)
        );
        Scene("A takeover of its own cluster.", bench => bench.Ping(A, 7), Reset(A));
    }

    private void Servers()
    {
        Scene(
            "A pair forms, works and changes.",
            net =>
            {
                var (a, b, session) = net.PairInTransfer();
                net.Run();
                net.Give(a, Harness.Clerk, net.Request(a, session, 51, Harness.Put(51, "k", "v")));
                net.Give(a, Harness.Clerk, net.Request(a, session, 51, Harness.Put(51, "k", "v")));
                net.Give(a, Harness.Clerk, net.Request(a, session, 51, Harness.Put(3, "k", "v")));
                net.Give(a, Harness.Clerk, net.Request(a, session + 7, 1, Harness.Put(1, "k", "v")));
                net.Tell(a, Harness.View(3, a));
                net.Tell(a, Harness.View(4, a, b), acknowledged: false);
                net.Tell(a, Harness.View(5, a));
                net.Tell(b, Harness.View(4, a, b));
                net.Tell(b, Harness.View(5, a));
            }
        );
        Scene(
            "A primary with held answers is deposed.",
            net =>
            {
                var (a, b) = net.Pair();
                var session = net.OpenSession(a);
                net.Give(a, Harness.Clerk, net.Request(a, session, 1, Harness.Put(1, "k", "v")));
                for (var i = 0; i < net.Settings.BackupSilentTicks; i++)
                    net.Tick(a);
                net.Tell(a, Harness.View(3, b));
                net.Tell(b, Harness.View(3, b));
                net.Run();
            }
        );
        Scene(
            "It leaves.",
            net =>
            {
                var (a, b) = net.Pair();
                net.Do(a, a.Leave);
                net.Tell(a, Harness.View(3, b));
                net.Give(a, Harness.ViewService, new PingAnswer(a.Id, a.View, true, 9, true));
            }
        );
        Scene(
            "Sessions expire, and there is no room.",
            net =>
            {
                var a = net.Server("a", settings: net.Settings with { SessionIdleTicks = 2, StreamBytes = 1 });
                net.Tell(a, Harness.View(1, a));
                net.OpenSession(a);
                for (var i = 0; i < 5; i++)
                    net.Tick(a);
                var session = net.OpenSession(a);
                net.Tell(a, Harness.View(2, a, net.Server("b")));
                foreach (var sequence in new[] { 1, 2 })
                    net.Give(a, Harness.Clerk, net.Request(a, session, 1, Harness.Put(sequence, "k", "v")));
                net.Do(a, effects => a.RefuseAsBusy(Harness.Clerk, 9, effects));
            }
        );
        Scene(
            "The stream is full.",
            net =>
            {
                var (a, _) = net.Pair(net.Settings with { StreamBytes = 300 });
                var session = net.OpenSession(a);
                for (var i = 1; i < 4; i++)
                    net.Give(a, Harness.Clerk, net.Request(a, session, 1, Harness.Put(i, "k", "v")));
            }
        );
        Scene(
            "What is not believed.",
            net =>
            {
                var (a, b) = net.Pair();
                net.Tell(b, Harness.View(2, b));
                net.Tell(b, new View(new ClusterId(8), 3, b.Id, null));
                net.Tell(b, Harness.View(3, b) with { Level = NextBuild.Level });
                net.Give(b, a.Id.Address, new Forward(b.View.Id, 5, 9, -1, []));
                net.Give(b, a.Id.Address, new Forward(b.View.Id with { Number = 1 }, 1, 1, -1, []));
                net.Give(b, a.Id.Address, new Chunk(b.View.Id with { Number = 1 }, 1, true, 1, 1, [], []));
                var operation = new Operation((OperationKind)99, 1, Bytes.Utf8("k"), default);
                net.Give(b, a.Id.Address, new Forward(b.View.Id, 2, 1, -1, [new Batch(1, 1, [operation])]));
                net.Give(b, a.Id.Address, new Forward(b.View.Id, 2, 9, -1, []));
                net.Give(b, a.Id.Address, new Forward(b.View.Id, 2, b.Position + 1, -1, []) { Digest = 1 });
            }
        );
        Scene(
            "A transfer is not what it says.",
            net =>
            {
                var b = net.Server("b");
                net.Tell(b, new View(Harness.Cluster, 1, A, b.Id));
                net.Give(b, A.Address, new Chunk(b.View.Id, 0, true, 1, 1, [], []) { Count = 3, Digest = 1 });
            }
        );
        Scene(
            "It is at the wrong view service.",
            net =>
            {
                var (a, _) = net.Pair();
                foreach (var reason in Enum.GetValues<PingRefusal>())
                    net.Give(a, Harness.ViewService, new PingRefused(a.Id, reason, Theirs, 0));
            }
        );
        Scene(
            "Its clock went back, again and again.",
            net =>
            {
                var a = net.Server("a");
                for (var known = 5; known < 17; known += 3)
                    net.Tell(a, Harness.View(known, a) with { Primary = a.Id with { Incarnation = known } });
            }
        );
        Scene(
            "What cannot be.",
            net =>
            {
                var (a, b, _) = net.PairInTransfer();
                net.Tell(a, Harness.View(9, null));
                net.Give(a, b.Id.Address, new PingRefused(a.Id, PingRefusal.NewerView, Harness.Cluster, 0));
                net.Give(a, Harness.Clerk, new Unsupported(199));
                var read = new Batch(1, 1, [Harness.Get(1, "k")]);
                net.Give(b, a.Id.Address, new Forward(b.View.Id, 1, 1, -1, [read]));
                net.Give(b, a.Id.Address, new Chunk(b.View.Id, 0, true, 5, 1, [], [new SessionImage(6, 0, [])]));
            }
        );
    }

    private void Clerks()
    {
        Scene(
            "A primary is not ready, then deposed, then silent.",
            bench =>
            {
                bench.Put(1);
                Hear(bench);
                var request = bench.Only<Request>().Number;
                foreach (var reason in new[] { RefusalReason.NotReady, RefusalReason.NotPrimary })
                {
                    bench.Refuse(request, reason);
                    Hear(bench);
                    bench.PauseOver();
                    request = bench.SentOf<Request>().Single().Number;
                }
                bench.Lose(ClerkBench.A.Address);
                Hear(bench);
                bench.PauseOver();
                bench.Tick(bench.Settings.RequestTimeoutTicks);
                Hear(bench);
            }
        );
        Scene(
            "Its session is gone, there is another view, a stranger tells of a third.",
            bench =>
            {
                bench.Put(1);
                bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
                Hear(bench);
                bench.Hear(new ViewNews(ClerkBench.View(2, ClerkBench.B), true));
                Hear(bench);
                var opening = bench.SentOf<OpenSession>().Single().Request;
                bench.Hear(new SessionOpened(opening, 8, null), ClerkBench.B.Address);
                Hear(bench);
                bench.Hear(new ViewNews(new View(Theirs, 9, ClerkBench.A, null), true));
                Hear(bench);
            }
        );
        Scene(
            "The deadline of two passes.",
            bench =>
            {
                bench.Put(1, deadline: 2);
                bench.Put(2, deadline: 2);
                bench.Tick(4);
                Hear(bench);
            }
        );
    }

    private static Action<ViewServiceBench> Reset(ServerId server) =>
        bench => bench.Handle(Operator, new ResetRequest(server.Address));

    private void Scene(string title, params Action<ViewServiceBench>[] steps)
    {
        Write("view service", title);
        var bench = new ViewServiceBench();
        foreach (var step in steps)
            step(bench);
        bench.Said.ForEach(Write);
        _kinds.UnionWith(bench.Notices.Select(notice => notice.Kind));
    }

    private void Scene(string title, Action<Harness> script)
    {
        Write("server", title);
        var net = new Harness();
        script(net);
        Write(net.Notices);
    }

    private void Scene(string title, Action<ClerkBench> script)
    {
        Write("clerk", title);
        script(ClerkBench.Ready());
    }

    private void Hear(ClerkBench bench) => Write(bench.Effects.Notices);

    private void Write(string node, string title) => _page.AppendLine().Append(node).Append(": ").AppendLine(title);

    private void Write(RegisterBench bench)
    {
        Write(bench.Notices);
        bench.Answers.ForEach(answer => Write($"{(answer.Done ? "done" : "refuses")}: {answer.Text}"));
    }

    private void Write(List<Notice> notices)
    {
        foreach (var notice in notices)
            Write($"{notice.Kind}: {notice.Text}");
        _kinds.UnionWith(notices.Select(notice => notice.Kind));
    }

    /// <summary>What was said before, word for word, is left out.</summary>
    private void Write(string line)
    {
        if (_said.Add(line))
            _page.Append("  ").AppendLine(line);
    }
}
