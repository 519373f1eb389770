using System.Net;
using System.Net.Sockets;
using System.Text;
using Akka.Actor;
using Xunit.Abstractions;

namespace PbKv.Remoting.Tests;

/// <summary>One end is an ActorSystem, or says that it is; the other has none.</summary>
public sealed class PlainAssociations(ITestOutputHelper output) : RemotingSpec
{
    private const int TextSerializer = 17;
    private const int FrameBytes = 8 << 20;

    private static readonly PlainAddress Self = new("plain", "127.0.0.1", 1);

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public void An_actor_hears_and_answers_whatever_its_transport(string via)
    {
        var far = Start(via, "@.maximum-frame-size = 8MiB, @.send-buffer-size = 1MiB");
        var bag = new Bag(far, name: "bag");
        var (path, heard) = (PathIn(far, bag.Ref), new List<string>());
        using var plain = Dial(AddressOf(far).Port!.Value);
        // Of less than a frame's length, of more than the sockets hold, and the empty one.
        string[] texts = ["hello", new string('x', 5 << 20), "", "é"];
        foreach (var text in texts)
            plain.Send(path, TextSerializer, "S", Encoding.UTF8.GetBytes(text));
        Serve(plain, heard, () => bag.Count == texts.Length);
        foreach (var text in texts)
            bag.Expect(text);
        var back = RefIn(far, "akka.tcp://plain@127.0.0.1:1/user/clerk");
        foreach (var text in texts)
            back.Tell(text);
        Serve(plain, heard, () => heard.Count == texts.Length);
        Assert.Equal(texts, heard);
    }

    [Fact]
    public void The_next_address_of_a_name_is_taken_where_nobody_listens_at_the_first()
    {
        var far = Start(Sockets, host: "127.0.0.1");
        var bag = new Bag(far, name: "bag");
        var peer = new PlainAddress("far", "127.0.0.1", AddressOf(far).Port!.Value);
        using var plain = new PlainAssociation(Self, 1, peer, [IPAddress.IPv6Loopback, IPAddress.Loopback], FrameBytes);
        plain.Send(PathIn(far, bag.Ref), TextSerializer, "S", "hello"u8.ToArray());
        Serve(plain, [], () => bag.Count == 1);
    }

    [Fact]
    public void Nobody_there_is_an_exception()
    {
        var failure = Assert.ThrowsAny<SocketException>(() =>
        {
            using var plain = Dial(Relay.FreePort());
            Serve(plain, [], () => false);
        });
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public void Hostile_answers_end_the_association_or_are_passed_over()
    {
        var seed = Seed.Next();
        output.WriteLine($"seed {seed}");
        var frames = new HostileFrames(seed, Akka.Actor.Address.Parse("akka.tcp://plain@127.0.0.1:1"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (ended, heard) = (0, new List<string>());
        for (var i = 0; i < 1000; i++)
        {
            using var plain = Dial(((IPEndPoint)listener.LocalEndpoint).Port);
            using var peer = listener.AcceptSocket();
            try
            {
                if (i % 2 == 0)
                    peer.Send(HostileFrames.Handshake("far", 1));
                peer.Send(i % 4 < 2 ? frames.Poison() : frames.BadHandshake());
                peer.Shutdown(SocketShutdown.Send);
                Serve(plain, heard, () => false);
            }
            catch (Exception failure) when (failure is SocketException or InvalidDataException)
            {
                ended++;
            }
        }
        Assert.Equal(1000, ended);
    }

    private static PlainAssociation Dial(int port) =>
        new(Self, 1, new PlainAddress("far", "127.0.0.1", port), [IPAddress.Loopback], FrameBytes);

    private static string PathIn(ActorSystem system, IActorRef actor) =>
        actor.Path.ToStringWithAddress(AddressOf(system));

    private static void Serve(PlainAssociation plain, List<string> heard, Func<bool> isOver)
    {
        for (var deadline = DateTime.UtcNow + Await.Patience; !isOver(); )
        {
            Assert.True(DateTime.UtcNow < deadline, $"not within {Await.Patience}");
            List<Socket> readable = [plain.Socket];
            List<Socket> writable = plain.WantsToWrite ? [plain.Socket] : [];
            Socket.Select(readable, writable, null, TimeSpan.FromMilliseconds(10));
            if (readable.Count + writable.Count > 0)
                plain.Proceed(bytes => heard.Add(Encoding.UTF8.GetString(bytes)));
        }
    }
}
