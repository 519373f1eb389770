using System.Collections.Concurrent;
using Akka.Configuration;
using PbKv.Actors.Hosting;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Hosting;

public sealed class HostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static PbKvSettings Quiet { get; } =
        PbKvSettings.Read(
            ConfigurationFactory.ParseString(
                "akka.loglevel = OFF, akka.loggers = [], pbkv { ping-interval = 50ms, view-services = "
                    + "[\"127.0.0.1:1\"] }"
            )
        );

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_failed_is_stopped_and_its_host_is_told_why()
    {
        await using var cluster = new TestCluster();
        var server = cluster.StartReplica(new NodeHooks(outbox => new Broken(outbox)));
        var failure = await server.Failed.WaitAsync(TestCluster.Patience);
        Assert.IsType<InvariantBrokenException>(failure);
        Assert.Equal("on purpose", failure.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_refused_in_one_line()
    {
        await using var first = PbKvNode.StartViewService(Quiet);
        var port = int.Parse(first.Address.Split(':')[1]);
        var refusal = Assert.Throws<PbKvStartException>(() => PbKvNode.StartReplica(Quiet with { Port = port }));
        Assert.StartsWith($"cannot listen on 127.0.0.1:{port}: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_node_that_listens_everywhere_needs_an_address_for_others()
    {
        var refusal = Assert.Throws<PbKvStartException>(() => PbKvNode.StartReplica(Quiet with { Host = "0.0.0.0" }));
        Assert.Contains("--advertise HOST:PORT", refusal.Message);
    }

    [Fact]
    public async Task A_node_is_known_by_the_address_that_it_advertises()
    {
        await using var node = PbKvNode.StartReplica(Quiet with { Host = "0.0.0.0", Advertise = "127.0.0.1:12345" });
        Assert.Equal("127.0.0.1:12345", node.Address);
    }

    [Fact]
    public async Task A_view_service_has_its_view_on_disk_before_it_tells_anybody()
    {
        var told = new ConcurrentQueue<(long Number, ViewServiceMemory? OnDisk)>();
        var settings = Quiet with { DataDirectory = _folder.Path };
        await using var viewService = PbKvNode.StartViewService(
            settings,
            new NodeHooks(outbox => new Spy(outbox, _folder.Path, told))
        );
        await using var server = PbKvNode.StartReplica(Quiet with { ViewServices = [viewService.Address] });
        await using var second = PbKvNode.StartReplica(Quiet with { ViewServices = [viewService.Address] });
        using var limit = new CancellationTokenSource(TestCluster.Patience);
        while (!told.Any(item => item.Number >= 2))
            await Task.Yield();
        Assert.All(
            told,
            item =>
                Assert.True(
                    item.Number == 0 || item.OnDisk?.View.Number >= item.Number,
                    $"told {item.Number}, on disk {item.OnDisk}"
                )
        );
    }

    [Fact]
    public async Task A_view_service_that_is_started_again_goes_on_with_its_cluster()
    {
        var settings = Quiet with { DataDirectory = _folder.Path };
        var first = PbKvNode.StartViewService(settings);
        await using var server = PbKvNode.StartReplica(Quiet with { ViewServices = [first.Address] });
        await using var client = await PbKvClient.ConnectAsync(
            first.Address,
            new PbKvClientOptions { Config = Quiet.Config }
        );
        await client.PutAsync("k", "v");
        var before = await client.StatusAsync();
        await first.StopAsync();
        await using var again = PbKvNode.StartViewService(
            settings with
            {
                Port = int.Parse(first.Address.Split(':')[1]),
            }
        );
        var after = await TestCluster.StatusAsync(client, status => status.Answers.Length == 1);
        Assert.Equal(before.ViewService.View, after.ViewService.View);
        Assert.True(after.ViewService.Acknowledged);
        Assert.Equal("v", await client.GetAsync("k"));
    }

    /// <summary>Beside the lock of the running view service.</summary>
    private static ViewServiceMemory? ReadMemory(string directory)
    {
        var source = Path.Combine(directory, ViewMemoryFile.FileName);
        if (!File.Exists(source))
            return null;
        using var copy = new TemporaryFolder();
        File.Copy(source, Path.Combine(copy.Path, ViewMemoryFile.FileName));
        using var file = ViewMemoryFile.Open(copy.Path, "default");
        return file.Read()?.Entry?.Memory;
    }

    private sealed class Broken(IOutbox outbox) : IOutbox
    {
        private int _sent;

        public void Send(Envelope envelope)
        {
            if (++_sent > 3)
                throw new InvariantBrokenException("on purpose");
            outbox.Send(envelope);
        }
    }

    private sealed class Spy(IOutbox outbox, string directory, ConcurrentQueue<(long, ViewServiceMemory?)> told)
        : IOutbox
    {
        public void Send(Envelope envelope)
        {
            foreach (var message in envelope.Messages)
            {
                if (message is ViewNews news)
                    told.Enqueue((news.View.Number, ReadMemory(directory)));
                if (message is PingAnswer answer)
                    told.Enqueue((answer.View.Number, ReadMemory(directory)));
            }
            outbox.Send(envelope);
        }
    }
}
