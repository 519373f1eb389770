using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Stashing : TestKit
{
    [Fact]
    public void What_was_stashed_comes_back_in_order_and_before_what_came_later()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Gate()));
        foreach (var message in new[] { "a", "b", "c", "open", "d" }) probe.Send(actor, message);
        Assert.Equal(["a", "b", "c", "d"], probe.ReceiveN(4));
    }

    [Fact]
    public void Unstash_brings_back_the_oldest_alone()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Gate()));
        foreach (var message in new[] { "a", "b", "one" }) probe.Send(actor, message);
        probe.ExpectMsg("a");
        probe.ExpectNoMsg(50);
    }

    [Fact]
    public void A_stashed_message_survives_a_restart_with_its_sender()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Gate()));
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() =>
        {
            probe.Send(actor, "a");
            probe.Send(actor, "fail");
        });
        probe.Send(actor, "open");
        probe.ExpectMsg("a");
    }

    private sealed class Gate : ReceiveActor, IWithUnboundedStash
    {
        public Gate()
        {
            Receive<string>(m => m == "fail", _ => throw new InvalidOperationException("asked to fail"));
            Receive<string>(m => m == "open", _ =>
            {
                Become(Open);
                Stash.UnstashAll();
            });
            Receive<string>(m => m == "one", _ =>
            {
                Become(Open);
                Stash.Unstash();
            });
            Receive<string>(_ => Stash.Stash());
        }

        public IStash Stash { get; set; } = null!;

        private void Open() => Receive<string>(m => Sender.Tell(m));
    }
}
