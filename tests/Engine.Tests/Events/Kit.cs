using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace Engine.Tests.Events;

/// <summary>A test tool that cannot fail proves nothing.</summary>
public sealed class Kit : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    public Kit() : base("akka.test.filter-leeway = 200ms, akka.loglevel = INFO")
    {
    }

    [Fact]
    public void An_expectation_fails_when_nothing_or_something_else_comes()
    {
        var probe = CreateTestProbe();
        Assert.ThrowsAny<XunitException>(() => probe.ExpectMsg<string>(Short));
        probe.Ref.Tell(5, ActorRefs.NoSender);
        Assert.ThrowsAny<XunitException>(() => probe.ExpectMsg<string>(Short));
        probe.Ref.Tell("b", ActorRefs.NoSender);
        Assert.ThrowsAny<XunitException>(() => probe.ExpectMsg("a", Short));
        probe.Ref.Tell("b", ActorRefs.NoSender);
        Assert.ThrowsAny<XunitException>(() => probe.ExpectMsg<string>(m => m == "a", Short));
        probe.Ref.Tell("b", ActorRefs.NoSender);
        Assert.ThrowsAny<XunitException>(() => probe.ExpectNoMsg(Short));
        Assert.ThrowsAny<XunitException>(() => probe.ReceiveN(1, Short));
        Assert.ThrowsAny<XunitException>(() => probe.FishForMessage<string>(_ => true, Short));
    }

    [Fact]
    public async Task Expectations_can_be_awaited()
    {
        var probe = CreateTestProbe();
        probe.Ref.Tell("a", ActorRefs.NoSender);
        Assert.Equal("a", await probe.ExpectMsgAsync<string>());
        probe.Ref.Tell("b", ActorRefs.NoSender);
        Assert.Equal("b", await probe.ExpectMsgAsync<string>(m => m == "b"));
        await AwaitAssertAsync(() => Task.CompletedTask);
        await WithinAsync(TimeSpan.FromSeconds(5), () => Task.CompletedTask);
    }

    [Fact]
    public void An_assertion_may_take_its_time_but_not_for_ever()
    {
        var tries = 0;
        AwaitAssert(() => Assert.True(++tries > 2), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1));
        Assert.ThrowsAny<Exception>(() => AwaitAssert(() => Assert.Fail("never"), Short, TimeSpan.FromMilliseconds(1)));
        AwaitCondition(() => ++tries > 5, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Within_bounds_the_expectations_inside()
    {
        var probe = CreateTestProbe();
        Within(TimeSpan.FromSeconds(10), () =>
        {
            probe.Ref.Tell("in time", ActorRefs.NoSender);
            probe.ExpectMsg("in time");
        });
        var clock = Stopwatch.StartNew();
        Assert.ThrowsAny<XunitException>(() => probe.Within(Short, () => probe.ExpectMsg<string>()));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void An_event_filter_counts_what_fits_and_nothing_else()
    {
        EventFilter.Info(contains: "fits").ExpectOne(() =>
        {
            Sys.Log.Info("it fits");
            Sys.Log.Warning("it fits, but is a warning");
        });
        EventFilter.Warning(start: "two").Expect(2, () =>
        {
            Sys.Log.Warning("two, one");
            Sys.Log.Warning("two, two");
        });
        EventFilter.Exception<InvalidDataException>(message: "exact").ExpectOne(() => Sys.Log.Error(new InvalidDataException("exact"), "exact"));
        Assert.ThrowsAny<XunitException>(() => EventFilter.Error(contains: "missing").ExpectOne(() => Sys.Log.Error("something else")));
    }

    [Fact]
    public async Task An_event_filter_sees_dead_letters()
    {
        await EventFilter.DeadLetter<string>(m => m == "lost").ExpectOneAsync(() =>
        {
            Sys.ActorSelection("/user/nobody").Tell("lost", ActorRefs.NoSender);
            return Task.CompletedTask;
        });
        EventFilter.DeadLetter().ExpectOne(() => Sys.ActorSelection("/user/nobody").Tell(5, ActorRefs.NoSender));
    }

    [Fact]
    public void A_probe_can_stand_for_a_ref()
    {
        var probe = CreateTestProbe();
        IActorRef actor = probe;
        actor.Tell("hello", TestActor);
        probe.ExpectMsg("hello");
        probe.Reply("back");
        ExpectMsg("back");
        Assert.Equal(probe.Ref, LastSender);
        probe.Ref.Tell("pass on", TestActor);
        probe.ExpectMsg<string>();
        probe.Forward(TestActor);
        ExpectMsg("pass on");
    }
}
