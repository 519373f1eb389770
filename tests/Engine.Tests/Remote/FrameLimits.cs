using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Engine.Tests.Remote;

public sealed class FrameLimits(ITestOutputHelper output) : RemoteSpec(output)
{
    private const string Limit = "akka.remote.dot-netty.tcp.maximum-frame-size = 1000000b";
    private const int NearTheLimit = 998_000;

    [Fact]
    public void A_message_near_the_limit_arrives_whole_and_small_ones_go_on_beside_it()
    {
        var near = StartOther(Limit);
        var far = StartOther(Limit);
        var echo = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        var large = CreateTestProbe(near);
        var small = CreateTestProbe(near);
        var bytes = new byte[NearTheLimit];
        new Random(1).NextBytes(bytes);
        for (var round = 0; round < 20; round++)
        {
            echo.Tell(new Blob(bytes), large.Ref);
            echo.Tell(new Note($"small {round}"), small.Ref);
            small.ExpectMsg(new Note($"small {round}"), Patience);
            Assert.Equal(bytes, large.ExpectMsg<Blob>(Patience).Bytes);
        }
    }

    [Fact]
    public void A_message_over_the_limit_is_dropped_with_an_error_that_names_its_type_and_size()
    {
        var near = StartOther(Limit);
        var far = StartOther(Limit);
        var received = CreateTestProbe(far);
        var errors = CreateTestProbe(near);
        near.EventStream.Subscribe(errors.Ref, typeof(Error));
        var target = Across(near, far, received.Ref);
        target.Tell(new Note("before"), ActorRefs.NoSender);
        received.ExpectMsg(new Note("before"), Patience);
        target.Tell(new Blob(new byte[1_500_000]), ActorRefs.NoSender);
        target.Tell(new Note("after"), ActorRefs.NoSender);
        received.ExpectMsg(new Note("after"), Patience);
        errors.FishForMessage<Error>(
            error =>
            {
                var text = $"{error.Message} {error.Cause}";
                return text.Contains(nameof(Blob), StringComparison.Ordinal) && text.Contains("1500", StringComparison.Ordinal);
            },
            Patience);
    }

    [Fact]
    public void A_message_without_a_serializer_that_can_write_it_is_dropped_and_the_next_one_arrives()
    {
        var far = StartOther();
        var received = CreateTestProbe(far);
        var target = Across(Sys, far, received.Ref);
        target.Tell(new NobodysNote(), ActorRefs.NoSender);
        target.Tell(new Note("after"), ActorRefs.NoSender);
        received.ExpectMsg(new Note("after"), Patience);
    }

    [Fact]
    public void A_message_that_its_reader_refuses_is_dropped_and_the_next_one_arrives()
    {
        var far = StartOther();
        var received = CreateTestProbe(far);
        var target = Across(Sys, far, received.Ref);
        target.Tell(new Unreadable(), ActorRefs.NoSender);
        target.Tell(new Note("after"), ActorRefs.NoSender);
        received.ExpectMsg(new Note("after"), Patience);
    }

    private sealed record NobodysNote : INote;
}
