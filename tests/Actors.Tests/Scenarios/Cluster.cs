using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using PbKv.Actors.Shells;
using PbKv.Checking;
using PbKv.Client;
using PbKv.Protocol;
using PbKv.Server;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// A view service, servers and clients, each in an ActorSystem of its own, that talk over loopback TCP through a
/// <see cref="Scenarios.Network"/> that can be told to misbehave.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>
    /// Generous: what a test waits for comes within milliseconds, except where the machine is busy with other things.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private const string Defaults = """
        pbkv { ping-interval = 40ms, dead-pings = 5, clerk { request-timeout = 150ms, retry-max = 40ms } }
        akka { loglevel = OFF, loggers = [] }
        """;

    private readonly TestKit _kit;
    private readonly Config _config;
    private readonly List<Member> _members = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<PbKvClient> _clients = [];

    /// <param name="nextViewService">Whether the view service is of the next build.</param>
    public Cluster(TestKit kit, ITestOutputHelper output, string settings = "", bool nextViewService = false)
    {
        _kit = kit;
        Output = output;
        _config = ConfigurationFactory
            .ParseString(settings)
            .WithFallback(Scenario.Transport)
            .WithFallback(ConfigurationFactory.ParseString(Defaults));
        Seed = int.TryParse(Environment.GetEnvironmentVariable("PBKV_SEED"), out var seed)
            ? seed
            : Random.Shared.Next();
        output.WriteLine($"seed {Seed} (PBKV_SEED={Seed} repeats the faults)");
        var postman = new Postman((ExtendedActorSystem)kit.Sys);
        Network = new Network(Seed) { Postman = postman };
        ViewService = new Member(
            Network,
            new NodeAddress(""),
            hooks => Own(ViewServiceHost.Start(Of(nextViewService), hooks))
        );
        postman.ViewService = ViewService.Name;
    }

    public ITestOutputHelper Output { get; }

    public int Seed { get; }

    public Network Network { get; }

    public Member ViewService { get; }

    public PbKvSettings Settings => PbKvSettings.Read(_config);

    public int DeadPings => Settings.Protocol.DeadPings;

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
        var settings = Of(next) with { ViewServices = [ViewService.Name.Value], Port = port };
        var member = new Member(Network, ViewService.Name, hooks => Own(ReplicaHost.Start(settings, hooks)));
        _members.Add(member);
        Everybody.Add(member);
        return member;
    }

    public PbKvClient Connect(TimeSpan? deadline = null)
    {
        var client = PbKvClient.Connect(
            ViewService.Name.Value,
            new PbKvClientOptions { Config = _config, Deadline = deadline ?? Patience },
            ClientHooks()
        );
        _clients.Add(client);
        return Own(client);
    }

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

    public Task<View> ViewAsync() => ViewService.LookAsync<ViewServiceNode, View>(node => node.View);

    public Task<ImmutableArray<KnownServer>> ServersAsync() =>
        ViewService.LookAsync<ViewServiceNode, ImmutableArray<KnownServer>>(node => node.Servers);

    public Task<string?> WaitingForAsync() => ViewService.LookAsync<ViewServiceNode, string?>(node => node.WaitingFor);

    /// <summary>
    /// Until these two make the view, and it is acknowledged, confirmed and, where there is a backup, synced.
    /// </summary>
    public Task UntilViewAsync(Member primary, Member? backup, bool synced = true) =>
        UntilAsync(async () =>
        {
            var (view, acknowledged, isSynced) = await ViewService.LookAsync<ViewServiceNode, (View, bool, bool)>(
                node => (node.View, node.Acknowledged, node.Synced)
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
        _kit.AwaitAssertAsync(assertion, Patience, TimeSpan.FromMilliseconds(5));

    public Task UntilAsync(Func<Task> assertion) =>
        _kit.AwaitAssertAsync(assertion, Patience, TimeSpan.FromMilliseconds(5));

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
        foreach (var client in _clients)
            await client.DisposeAsync();
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        foreach (var member in Everybody)
            member.Dispose();
        ViewService.Dispose();
    }

    private static Task<(long Position, ulong Data, ulong Sessions)> HeldAsync(Member member) =>
        member.LookAsync(node => (node.Position, node.Store.Digest, node.Sessions.Digest));

    private PbKvSettings Of(bool next) => Settings with { Protocol = NextBuild.Or(Settings.Protocol, next) };

    private NodeHooks ClientHooks() => new(out_ => new ClientRelay(Network, ViewService.Name, out_));

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private sealed class ClientRelay(Network network, NodeAddress viewService, IOutbox out_) : IOutbox
    {
        public void Send(Envelope envelope) => network.Send(envelope, viewService, out_);
    }

    /// <summary>The outbox of the test's own ActorSystem.</summary>
    private sealed class Postman(ExtendedActorSystem system) : IOutbox
    {
        private Outbox? _outbox;

        public NodeAddress ViewService { get; set; }

        public void Send(Envelope envelope) => (_outbox ??= new Outbox(system, [ViewService])).Send(envelope);
    }
}
