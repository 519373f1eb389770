using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace PbKv.Remoting.Tests;

public sealed class Frames : RemotingSpec
{
    private const int Limit = 32 * 1024;

    [Fact]
    public void Up_to_the_limit_all_arrive_and_over_it_none_and_small_ones_go_on_beside_them()
    {
        var near = Start(Sockets, $"@.maximum-frame-size = {Limit}b", name: "near");
        var far = Start(Sockets, $"@.maximum-frame-size = {Limit}b");
        var (bag, trouble) = (new Bag(far), new Bag(near));
        var target = Across(near, far, bag.Ref);
        near.EventStream.Subscribe(trouble.Ref, typeof(Error));
        near.EventStream.Subscribe(trouble.Ref, typeof(DisassociatedEvent));
        var random = new Random(1);
        var over = 0;
        for (var size = Limit - 600; size <= Limit + 10; size++)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            target.Tell(bytes, ActorRefs.NoSender);
            target.Tell(size, ActorRefs.NoSender);
            var came = bag.Next();
            if (came is byte[] large)
            {
                Assert.Equal(0, over);
                Assert.Equal(bytes, large);
                came = bag.Next();
            }
            else
            {
                over++;
            }
            Assert.Equal(size, came);
        }
        Assert.InRange(over, 11, 500);
        for (var i = 0; i < over; i++)
        {
            var error = Assert.IsType<Error>(trouble.Next());
            Assert.Contains("OversizedPayload", error.Cause.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(0, trouble.Count);
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public void A_message_over_the_limit_is_an_error_at_its_sender_and_the_next_one_arrives(string via)
    {
        var near = Start(via, name: "near");
        var far = Start(via);
        var (bag, errors) = (new Bag(far), new Bag(near));
        var target = Across(near, far, bag.Ref);
        near.EventStream.Subscribe(errors.Ref, typeof(Error));
        for (var round = 0; round < 3; round++)
        {
            target.Tell("before", ActorRefs.NoSender);
            target.Tell(new byte[150_000], ActorRefs.NoSender);
            target.Tell("after", ActorRefs.NoSender);
            bag.Expect("before");
            bag.Expect("after");
            Assert.Contains("OversizedPayload", errors.Next<Error>().Cause.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Akka counts a message without what its own protocol puts around it, DotNetty a frame with it: hence not quite
    /// the limit.
    /// </summary>
    [Fact]
    public void A_message_near_the_limit_passes_between_the_plug_in_and_DotNetty()
    {
        var near = Start(Sockets, name: "near");
        var far = Start(DotNetty);
        var (bag, back) = (new Bag(far), new Bag(near));
        var (to, from) = (Across(near, far, bag.Ref), Across(far, near, back.Ref));
        for (var size = 127_400; size < 127_700; size += 7)
        {
            to.Tell(new byte[size], ActorRefs.NoSender);
            from.Tell(new byte[size], ActorRefs.NoSender);
        }
        to.Tell("end", ActorRefs.NoSender);
        from.Tell("end", ActorRefs.NoSender);
        Assert.Equal(43, CountUntilEnd(bag));
        Assert.Equal(43, CountUntilEnd(back));
    }

    private static int CountUntilEnd(Bag bag)
    {
        for (var count = 0; ; count++)
        {
            if (bag.Next() is "end")
                return count;
        }
    }
}
