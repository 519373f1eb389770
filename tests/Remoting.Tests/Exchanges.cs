using Akka.Actor;

namespace PbKv.Remoting.Tests;

/// <summary>What is relied on in Akka.Remote, whichever transport carries it.</summary>
public sealed class Exchanges : RemotingSpec
{
    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public void The_messages_of_each_sender_arrive_in_order_and_once(string via)
    {
        const int Count = 5_000;
        var near = Start(via);
        var far = Start(via);
        var bag = new Bag(far);
        var target = Across(near, far, bag.Ref);
        for (var s = 0; s < 4; s++)
        {
            var (name, props) = ($"{s}", Props.Create<CountingActor>(target, $"{s}", Count));
            near.ActorOf(s % 2 == 0 ? props : props.WithDispatcher(RemoteDispatcher), name).Tell("go");
        }
        AssertInOrder(bag, senders: 4, Count);
        Assert.Equal(0, bag.Count);
    }

    [Theory]
    [InlineData(Sockets, Sockets)]
    [InlineData(DotNetty, DotNetty)]
    [InlineData(Sockets, DotNetty)]
    public void Both_sides_may_dial_at_once_and_nothing_is_lost_or_out_of_order(string oneVia, string otherVia)
    {
        const int Count = 200;
        for (var round = 0; round < 10; round++)
        {
            var one = Start(oneVia, name: "one");
            var other = Start(otherVia, name: "other");
            var (atOne, atOther) = (new Bag(one), new Bag(other));
            var toOther = one.ActorOf(Props.Create<CountingActor>(Across(one, other, atOther.Ref), "0", Count));
            var toOne = other.ActorOf(Props.Create<CountingActor>(Across(other, one, atOne.Ref), "0", Count));
            using var together = new Barrier(2);
            Parallel.Invoke(() => Go(toOther, together), () => Go(toOne, together));
            AssertInOrder(atOther, senders: 1, Count);
            AssertInOrder(atOne, senders: 1, Count);
        }
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public async Task A_system_ends_while_others_go_on(string via)
    {
        var near = Start(via);
        var far = Start(via);
        var third = Start(via);
        foreach (var system in new[] { near, far, third })
            system.ActorOf(EchoActor.Props, "echo");
        var toFar = RefIn(near, $"{AddressOf(far)}/user/echo");
        var toThird = RefIn(near, $"{AddressOf(third)}/user/echo");
        await AwaitAnswer(toFar, "far");
        await AwaitAnswer(toThird, "third");
        var ending = third.Terminate();
        for (var i = 0; i < 200 || !ending.IsCompleted; i++)
        {
            toThird.Tell("anybody there?");
            Assert.Equal($"{i}", await toFar.Ask<string>($"{i}", Await.Patience));
        }
        await ending;
        Assert.Equal("after", await toFar.Ask<string>("after", Await.Patience));
    }

    [Fact]
    public async Task The_plug_in_and_DotNetty_talk_with_each_other_both_ways()
    {
        var near = Start(Sockets, name: "near");
        var far = Start(DotNetty);
        var toFar = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        var toNear = Across(far, near, near.ActorOf(EchoActor.Props, "echo"));
        await Task.WhenAll(
            Enumerable.Range(0, 500).SelectMany(i => new[] { Check(toFar, $"to {i}"), Check(toNear, $"from {i}") })
        );
        var large = new byte[100_000];
        new Random(1).NextBytes(large);
        Assert.Equal(large, await toFar.Ask<byte[]>(large, Await.Patience));
        Assert.Equal(large, await toNear.Ask<byte[]>(large, Await.Patience));

        static async Task Check(IActorRef target, string text) =>
            Assert.Equal(text, await target.Ask<string>(text, Await.Patience));
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public void An_actor_that_blocks_for_an_answer_of_another_system_gets_it(string via)
    {
        var near = Start(via);
        var far = Start(via);
        var echo = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        var dispatcher = via == Sockets ? RemoteDispatcher : "akka.actor.default-dispatcher";
        var blocker = near.ActorOf(Props.Create<BlockingActor>(echo).WithDispatcher(dispatcher));
        var bag = new Bag(far);
        for (var i = 0; i < 20; i++)
        {
            Across(far, near, blocker).Tell($"block {i}", bag.Ref);
            bag.Expect($"block {i}");
        }
    }

    private static void Go(IActorRef actor, Barrier together)
    {
        together.SignalAndWait();
        actor.Tell("go");
    }

    private static void AssertInOrder(Bag bag, int senders, int count)
    {
        var next = new int[senders];
        for (var i = 0; i < senders * count; i++)
        {
            var parts = Assert.IsType<string>(bag.Next()).Split(' ');
            Assert.Equal(next[int.Parse(parts[0])]++, int.Parse(parts[1]));
        }
    }

    /// <summary>What nobody should write, and somebody will.</summary>
    private sealed class BlockingActor : ReceiveActor
    {
        public BlockingActor(IActorRef echo) =>
            Receive<string>(text => Sender.Tell(echo.Ask<string>(text, Await.Patience).GetAwaiter().GetResult(), Self));
    }
}
