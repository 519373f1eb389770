using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// The nodes and clients of a <see cref="TestCluster"/>, that talk through a <see cref="Scenarios.Network"/> that can
/// be told to misbehave, and can be looked into.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string Quick = """
        pbkv { ping-interval = 40ms, clerk { request-timeout = 150ms, retry-max = 40ms } }
        """;

    private readonly TestKit _kit;
    private readonly TestCluster _nodes;
    private readonly List<Member> _members = [];

    /// <param name="nextViewService">Whether the view service is of the next build.</param>
    public Cluster(TestKit kit, ITestOutputHelper output, string settings = "", bool nextViewService = false)
    {
        _kit = kit;
        Output = output;
        Seed = int.TryParse(Environment.GetEnvironmentVariable("PBKV_SEED"), out var seed)
            ? seed
            : Random.Shared.Next();
        output.WriteLine($"seed {Seed} (PBKV_SEED={Seed} repeats the faults)");
        var postman = new Postman((ExtendedActorSystem)kit.Sys);
        Network = new Network(Seed) { Postman = postman };
        TestCluster? nodes = null;
        ViewService = new Member(
            Network,
            new NodeAddress(""),
            hooks => (nodes = new TestCluster($"{Quick}\n{settings}", hooks, nextViewService)).ViewService
        );
        _nodes = nodes!;
        postman.ViewService = ViewService.Name;
    }

    public ITestOutputHelper Output { get; }

    public int Seed { get; }

    public Network Network { get; }

    public Member ViewService { get; }

    public ProtocolSettings Settings => _nodes.Settings.Protocol;

    public int DeadPings => Settings.DeadPings;

    /// <summary>
    /// The list's times are for a ping interval of 100 ms: a second of it is ten of them, however long they are here.
    /// </summary>
    public static int Ticks(int seconds) => seconds * 10;

    public IReadOnlyList<Member> Alive => _members;

    /// <summary>The dead too.</summary>
    public List<Member> Everybody { get; } = [];

    /// <param name="next">Whether it is of the next build.</param>
    public Member Start(int port = 0, bool next = false)
    {
        var member = new Member(Network, ViewService.Name, hooks => _nodes.StartReplica(hooks, port, next));
        _members.Add(member);
        Everybody.Add(member);
        return member;
    }

    public PbKvClient Connect(TimeSpan? deadline = null) =>
        _nodes.Connect(deadline, new NodeHooks(out_ => new ClientRelay(Network, ViewService.Name, out_)));

    public RawClerk RawClerk() => new(_kit, Network);

    /// <summary>The first is primary, the second its synced backup.</summary>
    public async Task<(Member Primary, Member Backup)> PairAsync()
    {
        var primary = await PrimaryAsync();
        var backup = Start();
        await UntilViewAsync(primary, backup);
        return (primary, backup);
    }

    public async Task<Member> PrimaryAsync()
    {
        var primary = Start();
        await UntilViewAsync(primary, null);
        return primary;
    }

    public async Task<Member> IdleAsync()
    {
        var idle = Start();
        await UntilAsync(async () =>
            Assert.Contains(await ServersAsync(), server => server.Server == idle.Id && server.Alive)
        );
        return idle;
    }

    public async Task KillAsync(Member member)
    {
        _members.Remove(member);
        member.FallSilent();
        member.Resume();
        await member.Host.StopAsync();
    }

    /// <summary>Killed, and started again at once at the same address: empty, and a new incarnation.</summary>
    public async Task<Member> RestartAsync(Member member, bool next = false)
    {
        var port = member.Port;
        await KillAsync(member);
        return await StartAgainAsync(port, next);
    }

    /// <summary>
    /// At the address of one that was killed; a connection of somebody else may have the port for a while.
    /// </summary>
    public async Task<Member> StartAgainAsync(int port, bool next = false)
    {
        Member? member = null;
        await UntilAsync(() => member = Start(port, next));
        return member!;
    }

    public Task<View> ViewAsync() => LookAtViewServiceAsync(node => node.View);

    /// <summary>On its turn.</summary>
    public Task<T> LookAtViewServiceAsync<T>(Func<ViewServiceNode, T> look) =>
        ViewService.LookAsync<ViewServiceGroup, T>(node => look(node.Member.Acting!));

    public Task<ImmutableArray<KnownServer>> ServersAsync() => LookAtViewServiceAsync(node => node.Servers);

    public Task<string?> WaitingForAsync() => LookAtViewServiceAsync(node => node.WaitingFor);

    /// <summary>
    /// Until these two make the view, and it is acknowledged, confirmed and, where there is a backup, synced.
    /// </summary>
    public Task UntilViewAsync(Member primary, Member? backup, bool synced = true) =>
        UntilAsync(async () =>
        {
            var (view, acknowledged, isSynced) = await LookAtViewServiceAsync(node =>
                (node.View, node.Acknowledged, node.Synced)
            );
            Assert.Equal((primary.Id, backup?.Id), (view.Primary, view.Backup));
            Assert.True(
                acknowledged && (isSynced || backup is null || !synced),
                $"view {view}: acknowledged={acknowledged} synced={isSynced}"
            );
            Assert.True(
                await primary.LookAsync(node => node.Confirmed && node.View.Number == view.Number),
                "the primary knows"
            );
        });

    public Task UntilAsync(Action assertion) =>
        _kit.AwaitAssertAsync(assertion, TestCluster.Patience, TimeSpan.FromMilliseconds(5));

    public Task UntilAsync(Func<Task> assertion) =>
        _kit.AwaitAssertAsync(assertion, TestCluster.Patience, TimeSpan.FromMilliseconds(5));

    /// <summary>So many ticks of the view service, which somebody alive is told of.</summary>
    public Task TicksAsync(int ticks)
    {
        var until = Network.Ticks + ticks;
        return UntilAsync(() => Assert.True(Network.Ticks >= until));
    }

    /// <summary>
    /// Scenario 33: once all is healed and quiet, primary and backup hold the same data and sessions.
    /// </summary>
    public async Task AssertSameAtRestAsync()
    {
        Network.Heal();
        await UntilAsync(async () =>
        {
            var view = await ViewAsync();
            var primary = Assert.Single(_members, member => member.Id == view.Primary);
            var held = await HeldAsync(primary);
            if (_members.Count == 1)
                return;
            var backup = Assert.Single(_members, member => member.Id == view.Backup);
            Assert.True(
                await backup.LookAsync(node => node.Synced && node.View.Number == view.Number),
                "the backup is synced"
            );
            Assert.Equal(held, await HeldAsync(backup));
        });
        foreach (var member in _members)
            Assert.False(member.Host.Failed.IsCompleted, $"{member.Name} failed");
    }

    public async ValueTask DisposeAsync()
    {
        Network.Heal();
        foreach (var member in _members)
            member.Resume();
        await _nodes.DisposeAsync();
        foreach (var member in Everybody)
            member.Dispose();
        ViewService.Dispose();
    }

    private static Task<(long Position, ulong Data, ulong Sessions)> HeldAsync(Member member) =>
        member.LookAsync(node => (node.Position, node.Store.Digest, node.Sessions.Digest));

    private sealed class ClientRelay(Network network, NodeAddress viewService, IOutbox out_) : IOutbox
    {
        public void Send(Envelope envelope) => network.Send(envelope, viewService, out_);
    }

    /// <summary>The outbox of the test's own ActorSystem.</summary>
    private sealed class Postman(ExtendedActorSystem system) : IOutbox
    {
        private Outbox? _outbox;

        public NodeAddress ViewService { get; set; }

        public void Send(Envelope envelope) =>
            (_outbox ??= new Outbox(system, new ViewServicePaths([ViewService]))).Send(envelope);
    }
}
