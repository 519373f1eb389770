using System.Net;
using System.Net.Sockets;
using System.Text;
using PbKv.Chaos;

namespace PbKv.Host.Tests.Chaos;

/// <summary>Between a client `c1` and a node `r1`, over real sockets.</summary>
public sealed class RelayTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Links _links = new();
    private readonly TcpListener _node = new(IPAddress.Loopback, 0);
    private readonly TcpClient _client = new();
    private Relay _relay = null!;
    private TcpClient _accepted = null!;

    private Link There => _links.Between("c1", "r1");

    private Link Back => _links.Between("r1", "c1");

    public async Task InitializeAsync()
    {
        _links.Name("r1", "127.1.2.101");
        _links.Name("c1", "127.1.2.151");
        _node.Start();
        _relay = Relay.Start("r1", new IPEndPoint(IPAddress.Loopback, 0), _node.LocalEndpoint, _links);
        await _client.ConnectAsync(_relay.Address);
        await SendAsync(_client, "associate 127.1.2.151;");
        _accepted = await _node.AcceptTcpClientAsync().WaitAsync(Patience);
        Assert.Equal("associate 127.1.2.151;", await ReceiveAsync(_accepted, 22));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _client.Dispose();
        _accepted.Dispose();
        _relay.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task A_cut_in_one_direction_stops_that_direction_alone_and_what_was_held_comes_late()
    {
        There.Cut(swallow: false);
        await SendAsync(_client, "late");
        await SendAsync(_accepted, "hello");
        Assert.Equal("hello", await ReceiveAsync(_client, 5));
        var late = ReceiveAsync(_accepted, 4);
        await SendAsync(_accepted, "again");
        Assert.Equal("again", await ReceiveAsync(_client, 5));
        Assert.False(late.IsCompleted);
        There.Open();
        Assert.Equal("late", await late);
    }

    [Fact]
    public async Task What_a_cut_swallowed_never_comes_and_its_connection_breaks_when_the_link_is_whole()
    {
        Back.Cut(swallow: true);
        await SendAsync(_accepted, "lost");
        await SendAsync(_client, "heard");
        Assert.Equal("heard", await ReceiveAsync(_accepted, 5));
        var received = ReceiveAsync(_client, 4);
        Assert.False(received.IsCompleted);
        Back.Open();
        Assert.Equal("", await received);
    }

    [Fact]
    public async Task A_cut_during_which_nothing_was_sent_leaves_the_connection_whole()
    {
        There.Cut(swallow: true);
        There.Open();
        await SendAsync(_client, "still here");
        Assert.Equal("still here", await ReceiveAsync(_accepted, 10));
    }

    [Fact]
    public async Task A_slow_link_delivers_everything_in_order()
    {
        There.Slow(TimeSpan.FromMilliseconds(20));
        await SendAsync(_client, "one,");
        await SendAsync(_client, "two,");
        Assert.Equal("one,two,", await ReceiveAsync(_accepted, 8));
    }

    [Fact]
    public async Task The_end_of_a_connection_passes_through()
    {
        _accepted.Close();
        Assert.Equal("", await ReceiveAsync(_client, 1));
    }

    [Fact]
    public void Whoever_names_no_known_host_is_the_operator()
    {
        Assert.Equal("c1", _links.Recognise("akka.tcp://x@127.1.2.151:9"u8));
        Assert.Equal(Links.Operator, _links.Recognise("akka.tcp://x@127.0.0.1:9"u8));
    }

    private static async Task SendAsync(TcpClient client, string text) =>
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <returns>What came until there was so much, or the connection ended.</returns>
    private static async Task<string> ReceiveAsync(TcpClient client, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        var received = 0;
        try
        {
            while (received < count)
            {
                var some = await client.GetStream().ReadAsync(bytes.AsMemory(received), patience.Token);
                if (some == 0)
                    break;
                received += some;
            }
        }
        catch (IOException)
        {
            // Reset: as much an end as any other.
            return Encoding.UTF8.GetString(bytes, 0, received);
        }
        return Encoding.UTF8.GetString(bytes, 0, received);
    }
}
