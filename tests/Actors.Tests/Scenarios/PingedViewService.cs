using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using PbKv.Actors.Shells;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// A ViewService actor whose servers are probes: they ping by hand and hear the answers, and the ticks are sent by
/// hand, so that a line of the list is as exact as it is written.
/// </summary>
internal sealed class PingedViewService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestKit _kit;
    private readonly IActorRef _actor;
    private readonly NodeAddress _self;
    private readonly TestProbe _asker;
    private readonly NodeAddress _askerName;
    private readonly Dictionary<NodeAddress, TestProbe> _probes = [];
    private readonly Dictionary<ServerId, long> _heard = [];
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _notices = new();
    private RegisterState? _kept;
    private volatile ViewServiceGroup? _node;

    public PingedViewService(TestKit kit, ViewServiceMemory? memory = null)
    {
        _kit = kit;
        // The timer of the shell would tick in a minute: no test lasts that long.
        var settings = PbKvSettings.Default with
        {
            Protocol = ProtocolSettings.Default with { PingIntervalMs = 60_000 },
        };
        DeadPings = settings.Protocol.DeadPings;
        _self = new NodeAddress("view:1");
        var hooks = new NodeHooks(
            Record: record => _notices.Enqueue(record.Text),
            Made: node => _node = (ViewServiceGroup)node
        );
        Action<RegisterState> keep = kept => _kept = kept;
        var entry = new RegisterEntry(0, 1, new ClusterId(0xC1), [new Protocol.Member("", _self, 1)], memory);
        var (self, earlier) = (new ServerId(_self, 1), new RegisterState(1, 0, 0, entry));
        _actor = kit.Sys.ActorOf(ViewService.CreateProps(self, earlier, keep, settings, hooks));
        (_asker, _askerName) = NewProbe();
        // The actor is made on a thread of its own.
        kit.AwaitCondition(() => _node is not null, Patience);
    }

    public int DeadPings { get; }

    /// <summary>What a host would have on disk.</summary>
    public ViewServiceMemory Memory => _kept!.Entry!.Memory!;

    public View View => Status().View;

    /// <summary>A server that has never lived before, with a probe of its own.</summary>
    public ServerId NewServer()
    {
        var (probe, name) = NewProbe();
        _probes.Add(name, probe);
        return new ServerId(name, 1);
    }

    /// <summary>The next life of a server at the same address.</summary>
    public static ServerId Restarted(ServerId server) => server with { Incarnation = server.Incarnation + 1 };

    /// <returns>The answer that the server's probe got.</returns>
    public Message Ping(
        ServerId server,
        long view,
        bool synced = false,
        bool backupSilent = false,
        bool leaving = false,
        long? heard = null,
        ClusterId? cluster = null
    )
    {
        var probe = ProbeOf(server);
        var known = view == 0 && cluster is null ? ViewId.None : new ViewId(cluster ?? new ClusterId(0xC1), view);
        Tell(
            server.Address,
            new Ping(server, known, synced, backupSilent, leaving, heard ?? _heard.GetValueOrDefault(server))
        );
        // An answer comes last; before it there may be news.
        var envelope = probe.FishForMessage<Envelope>(
            e => e.Messages.Any(m => m is PingAnswer or PingRefused),
            Patience
        );
        var answer = envelope.Messages.Last(m => m is PingAnswer or PingRefused);
        if (answer is PingAnswer heardNow)
            _heard[server] = heardNow.Answer;
        return answer;
    }

    public void PingNow(ServerId server, bool synced = false, bool leaving = false) =>
        Ping(server, View.Number, synced, leaving: leaving);

    /// <summary>
    /// So many ticks, in each of which these ping with the view that they are in (the current one, for -1).
    /// </summary>
    public void Ticks(int count, params (ServerId Server, long View)[] pinging)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var (server, view) in pinging)
                Ping(server, view < 0 ? View.Number : view);
            _actor.Tell(new TimerOver(new ViewServiceTick(), long.MaxValue), ActorRefs.NoSender);
        }
    }

    /// <summary>As many ticks as make whoever does not ping dead.</summary>
    public void UntilDead(params (ServerId Server, long View)[] pinging)
    {
        // Whoever pings again may be the very one that was suspected falsely: then it takes longer.
        for (var i = 0; i < DeadPings * (1 + (_node?.Member.Acting?.FalseSuspicions ?? 0)); i++)
            Ticks(1, pinging);
    }

    public void Expect(long number, ServerId? primary, ServerId? backup)
    {
        var view = View;
        Assert.Equal((number, primary, backup), (view.Number, view.Primary, view.Backup));
    }

    public ViewServiceStatus Status()
    {
        Tell(_askerName, new StatusRequest(1));
        return (ViewServiceStatus)_asker.ExpectMsg<Envelope>(Patience).Messages[0];
    }

    public bool IsAlive(ServerId server) => Status().Servers.Any(known => known.Server == server && known.Alive);

    public int Count(NoticeKind kind, string words = "") =>
        _notices.Count(text =>
            text.StartsWith($"{kind} ", StringComparison.Ordinal) && text.Contains(words, StringComparison.Ordinal)
        );

    /// <summary>Servers of an earlier life of the view service ping this one.</summary>
    public void Know(PingedViewService earlier)
    {
        foreach (var (name, probe) in earlier._probes)
            _probes.Add(name, probe);
    }

    /// <summary>View 1: (primary, -), acknowledged.</summary>
    public void FormPrimary(ServerId primary)
    {
        UntilDead((primary, 0));
        Ping(primary, 1);
        Assert.True(Status().Acknowledged);
    }

    /// <summary>View 2: (primary, backup), acknowledged and, unless said otherwise, synced.</summary>
    public void FormPair(ServerId primary, ServerId backup, bool synced = true)
    {
        FormPrimary(primary);
        Ping(backup, 0);
        Ping(primary, 2);
        if (synced)
            Ping(backup, 2, synced: true);
        Expect(2, primary, backup);
    }

    private TestProbe ProbeOf(ServerId server) => _probes[server.Address];

    private (TestProbe Probe, NodeAddress Name) NewProbe()
    {
        var probe = _kit.CreateTestProbe();
        return (probe, NodePath.OfSelf((ExtendedActorSystem)_kit.Sys, probe.Ref));
    }

    private void Tell(NodeAddress from, Message message) =>
        _actor.Tell(new Envelope(from, _self, Stamp.None, [message]), ActorRefs.NoSender);
}
