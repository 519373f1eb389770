using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Client;

public class PlainClientTests
{
    private static readonly Bytes Key = Bytes.Utf8("k");

    [Theory]
    [InlineData("sockets")]
    [InlineData("dot-netty")]
    public async Task It_puts_gets_and_asks_and_leaves_no_session_behind(string transport)
    {
        await using var cluster = new TestCluster($"pbkv.transport = {transport}");
        var (primary, _, kv) = await cluster.StartPairAsync();
        using (var plain = Connect(cluster))
        {
            Assert.Null(plain.Run(OperationKind.Get, Key, default, default));
            Assert.Empty(plain.Run(OperationKind.Put, Key, Bytes.Utf8("v"), default)!);
            Assert.Empty(plain.Run(OperationKind.Append, Key, new Bytes(new byte[1 << 19]), default)!);
            Assert.Equal(1 + (1 << 19), plain.Run(OperationKind.PutHash, Key, Bytes.Utf8("w"), default)!.Length);
            Assert.NotEmpty(plain.Run(OperationKind.Get, Key, default, default)!);
            var change = PbKvCondition.Present.Put(Bytes.Utf8("x"), returnPrevious: false);
            Assert.True(PbKvChange.Of(new(plain.Run(OperationKind.Change, Key, change, default)!)).Done);
            Assert.Equal("x", PbKvEntry.Of(new(plain.Run(OperationKind.Look, Key, default, default)!))!.Text);
            var status = plain.Status(TestCluster.Patience, default);
            Assert.Equal(2, status.Answers.Length);
            Assert.All(status.Answers, server => Assert.Equal(1, server.Sessions));
            var refusal = Assert.Throws<PbKvException>(() => plain.Reset("127.0.0.1:1", default));
            Assert.Equal(PbKvError.Refused, refusal.Code);
            Assert.Equal(primary.Address, status.ViewService.View.Primary!.Value.Address.Value);
        }
        await TestCluster.StatusAsync(kv, status => status.Answers.All(server => server.Sessions == 0));
    }

    [Fact]
    public async Task It_goes_on_with_the_backup_when_the_primary_dies()
    {
        await using var cluster = new TestCluster();
        var (primary, _, _) = await cluster.StartPairAsync();
        using var plain = Connect(cluster);
        plain.Run(OperationKind.Put, Key, Bytes.Utf8("a"), default);
        await primary.DisposeAsync();
        plain.Run(OperationKind.Append, Key, Bytes.Utf8("b"), default);
        Assert.Equal("ab"u8.ToArray(), plain.Run(OperationKind.Get, Key, default, default));
    }

    [Fact]
    public async Task What_is_cancelled_before_anybody_was_found_is_surely_not_executed()
    {
        using var plain = new PlainClient(new PbKvSettings { ViewServices = ["127.0.0.1:1", "127.0.0.1:2"] });
        using var cancel = new CancellationTokenSource();
        var running = Task.Run(() => plain.Run(OperationKind.Put, Key, default, cancel.Token), default);
        await cancel.CancelAsync();
        var failure = await Assert.ThrowsAsync<PbKvCanceledException>(() => running.WaitAsync(TestCluster.Patience));
        Assert.Equal(PbKvOutcome.NotExecuted, failure.Outcome);
    }

    private static PlainClient Connect(TestCluster cluster) =>
        new(new PbKvSettings { ViewServices = [cluster.ViewService.Address], Deadline = TestCluster.Patience });
}
