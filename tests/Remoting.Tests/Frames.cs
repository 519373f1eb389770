using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace PbKv.Remoting.Tests;

public sealed class Frames : RemotingSpec
{
    private const int Limit = 32 * 1024;

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public void Up_to_the_limit_all_arrive_and_over_it_none_and_small_ones_go_on_beside_them(string via)
    {
        var near = Start(via, $"@.maximum-frame-size = {Limit}b", name: "near");
        var far = Start(via, $"@.maximum-frame-size = {Limit}b");
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
        for (var i = 0; i < over; i++) Assert.Contains("byte", Assert.IsType<Error>(trouble.Next()).ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, trouble.Count);
    }

    [Fact]
    public void A_message_at_the_limit_passes_between_the_plug_in_and_DotNetty()
    {
        var near = Start(Sockets, name: "near");
        var far = Start(DotNetty);
        var (bag, back) = (new Bag(far), new Bag(near));
        var (to, from) = (Across(near, far, bag.Ref), Across(far, near, back.Ref));
        for (var size = 127_400; size < 128_000; size += 7)
        {
            to.Tell(new byte[size], ActorRefs.NoSender);
            from.Tell(new byte[size], ActorRefs.NoSender);
        }
        to.Tell("end", ActorRefs.NoSender);
        from.Tell("end", ActorRefs.NoSender);
        Assert.InRange(CountUntilEnd(bag), 20, 85);
        Assert.InRange(CountUntilEnd(back), 20, 85);
    }

    private static int CountUntilEnd(Bag bag)
    {
        for (var count = 0; ; count++)
        {
            if (bag.Next() is "end") return count;
        }
    }
}
