using Akka.Actor;
using Akka.Remote;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Hosting;

/// <summary>
/// Akka may have a connection of which one end reads nothing. Here what is meant for that end is lost on its way out;
/// whoever waits for it gives up the connection, and nobody else has a reason to.
/// </summary>
public sealed class DeafConnectionsTests
{
    [Fact]
    public async Task Who_leads_the_view_services_dials_again_one_that_it_does_not_hear()
    {
        var peers = GroupTests.Peers("a", "b", "c");
        var mutes = peers.ToDictionary(peer => peer[..1], _ => new Mute());
        var nodes = peers.ToDictionary(
            peer => peer[..1],
            peer => PbKvNode.StartViewService(GroupTests.Of(peer, peers), mutes[peer[..1]].Hooks)
        );
        try
        {
            await using var client = await PbKvClient.ConnectAsync(
                nodes["a"].Address,
                new PbKvClientOptions { Config = GroupTests.Quiet.Config }
            );
            var members = (await TestCluster.StatusAsync(client, IsWhole)).ViewServices;
            var acting = nodes[members.Single(member => member.Acting).Id];
            var other = members.First(member => !member.Acting);

            var over = ConnectionOver(acting.System, other.Address);
            mutes[other.Id].Towards = new NodeAddress(acting.Address);
            await over;
        }
        finally
        {
            foreach (var node in nodes.Values)
                await node.StopAsync();
        }
    }

    private static bool IsWhole(PbKvStatus status) => status.ViewServices.Length == 3 && GroupTests.AllAnswer(status);

    [Fact]
    public async Task A_server_dials_again_a_view_service_that_it_does_not_hear()
    {
        var mute = new Mute();
        await using var cluster = new TestCluster(hooks: mute.Hooks);
        var server = cluster.StartReplica();
        mute.Towards = new NodeAddress(server.Address);
        await ConnectionOver(server.System, cluster.ViewService.Address);
    }

    [Fact]
    public async Task A_primary_dials_again_a_backup_that_it_does_not_hear()
    {
        var mute = new Mute();
        await using var cluster = new TestCluster();
        var client = cluster.Connect();
        var primary = cluster.StartReplica();
        await TestCluster.StatusAsync(client, status => status.ViewService.Acknowledged);
        var backup = cluster.StartReplica(mute.Hooks);
        await TestCluster.StatusAsync(client, status => status.ViewService.Synced);

        var over = ConnectionOver(primary.System, backup.Address);
        mute.Towards = new NodeAddress(primary.Address);
        await client.PutAsync("k", "v");
        await over;
    }

    private static Task ConnectionOver(ActorSystem system, string remote)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<DisassociatedEvent> seen = lost =>
        {
            if (NodePath.At(lost.RemoteAddress)?.Value == remote)
                over.TrySetResult();
        };
        var watcher = system.ActorOf(Props.Create(() => new Watcher(seen)));
        system.EventStream.Subscribe(watcher, typeof(DisassociatedEvent));
        return over.Task.WaitAsync(TestCluster.Patience);
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(Action<DisassociatedEvent> seen) => Receive(seen);
    }

    /// <summary>A node whose words to one other are lost.</summary>
    private sealed class Mute
    {
        private readonly Lock _lock = new();
        private NodeAddress? _towards;

        public NodeHooks Hooks => new(out_ => new Lossy(this, out_));

        public NodeAddress? Towards
        {
            get
            {
                lock (_lock)
                    return _towards;
            }
            set
            {
                lock (_lock)
                    _towards = value;
            }
        }

        private sealed class Lossy(Mute mute, IOutbox next) : IOutbox
        {
            public void Send(Envelope envelope)
            {
                if (envelope.To != mute.Towards)
                    next.Send(envelope);
            }
        }
    }
}
