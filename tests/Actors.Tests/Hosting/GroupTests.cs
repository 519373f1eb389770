using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PbKv.Actors.Hosting;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Server;

namespace PbKv.Actors.Tests.Hosting;

/// <summary>Several view services, each a node of its own in this process.</summary>
public sealed class GroupTests : IDisposable
{
    internal static readonly PbKvSettings Quiet = PbKvSettings.Read(
        "akka.loglevel = OFF, akka.loggers = [], pbkv { ping-interval = 50ms, view-services = [\"127.0.0.1:1\"] }"
    );

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_the_one_that_acts_is_gone_another_does_and_nobody_was_told_of_it()
    {
        var peers = Peers("a", "b", "c");
        var nodes = peers.ToDictionary(peer => peer[..1], peer => PbKvNode.StartViewService(Of(peer, peers)));
        try
        {
            // One of them is enough to be told of.
            var known = Quiet with
            {
                ViewServices = [nodes["c"].Address],
            };
            await using var one = PbKvNode.StartReplica(known);
            await using var two = PbKvNode.StartReplica(known);
            await using var client = await PbKvClient.ConnectAsync(
                nodes["c"].Address,
                new PbKvClientOptions { Config = Quiet.Config }
            );
            await client.PutAsync("k", "v");
            var before = await TestCluster.StatusAsync(client, status => status.Synced && AllAnswer(status));
            Assert.Equal(["a", "b", "c"], before.ViewServices.Select(member => member.Id));
            var acting = before.ViewServices.Single(member => member.Acting);

            await nodes[acting.Id].StopAsync();
            var after = await TestCluster.StatusAsync(
                client,
                status => status.ViewServices.Any(member => member.Acting && member.Id != acting.Id)
            );
            Assert.Equal(before.View, after.View);
            Assert.Null(after.ViewServices.Single(member => member.Id == acting.Id).Term);
            Assert.True(after.ViewServices.Max(member => member.Term) > acting.Term);

            // And the pair is looked after by the new one.
            await one.StopAsync();
            Assert.Equal("v", await client.GetAsync("k"));
        }
        finally
        {
            foreach (var node in nodes.Values)
                await node.StopAsync();
        }
    }

    [Fact]
    public async Task One_that_was_alone_becomes_the_first_of_three()
    {
        var peers = Peers("a", "b", "c");
        var alone = Of(peers[0], []) with { DataDirectory = _folder.Path };
        var first = PbKvNode.StartViewService(alone);
        await using var server = PbKvNode.StartReplica(Quiet with { ViewServices = [first.Address] });
        await using var client = await PbKvClient.ConnectAsync(
            first.Address,
            new PbKvClientOptions { Config = Quiet.Config }
        );
        await client.PutAsync("k", "v");
        var before = await client.StatusAsync();
        Assert.Empty(before.ViewServices);
        await first.StopAsync();

        await using var again = PbKvNode.StartViewService(Of(peers[0], peers) with { DataDirectory = _folder.Path });
        await using var second = PbKvNode.StartViewService(Of(peers[1], peers));
        await using var third = PbKvNode.StartViewService(Of(peers[2], peers));
        var after = await TestCluster.StatusAsync(
            client,
            status => status.ViewServices.Length == 3 && AllAnswer(status)
        );
        Assert.Equal(before.ViewService.View.Cluster, after.ViewService.View.Cluster);
        Assert.Equal("v", await client.GetAsync("k"));
    }

    [Theory]
    [InlineData("x", "a=127.0.0.1:1,b=127.0.0.1:2", "'x' (--id, pbkv.id) is none of a, b")]
    [InlineData("a", "a=127.0.0.1:1,a=127.0.0.1:2", "'a' is there twice")]
    [InlineData("a", "a=127.0.0.1:1,b=127.0.0.1:1", "the address 127.0.0.1:1 is there twice")]
    [InlineData("a", "a=127.0.0.1:1,b", "'b' is no id=host:port")]
    [InlineData("a", "a=127.0.0.1:1,=127.0.0.1:2", "is no id=host:port")]
    [InlineData("a", "a=127.0.0.1:1,b c=127.0.0.1:2", "is no id=host:port")]
    [InlineData("a", "a=127.0.0.1:1", "but this view service is reached at 127.0.0.1:")]
    public void A_list_of_view_services_that_cannot_be_is_refused(string id, string peers, string why)
    {
        var settings = Quiet with { Id = id, Peers = [.. peers.Split(',')] };
        var refusal = Assert.Throws<PbKvStartException>(() => PbKvNode.StartViewService(settings));
        Assert.Contains(why, refusal.Message);
    }

    [Fact]
    public void More_than_nine_view_services_are_refused()
    {
        ImmutableArray<string> peers = [.. Enumerable.Range(1, 10).Select(i => $"n{i}=127.0.0.1:{i}")];
        var refusal = Assert.Throws<PbKvStartException>(() =>
            PbKvNode.StartViewService(Quiet with { Id = "n1", Peers = peers })
        );
        Assert.Contains("10 view services are more than the 9 that may be together", refusal.Message);
    }

    internal static bool AllAnswer(PbKvStatus status) => status.ViewServices.All(member => member.Lag == 0);

    internal static PbKvSettings Of(string peer, ImmutableArray<string> peers) =>
        Quiet with
        {
            Port = int.Parse(peer.Split(':')[1]),
            Id = peer[..1],
            Peers = peers,
        };

    /// <summary>They name each other before they listen.</summary>
    internal static ImmutableArray<string> Peers(params string[] ids)
    {
        var listeners = ids.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        ImmutableArray<string> peers = [.. ids.Zip(listeners, (id, listener) => $"{id}={listener.LocalEndpoint}")];
        listeners.ForEach(listener => listener.Dispose());
        return peers;
    }
}
