namespace PbKv.Protocol.Tests;

public class EffectsTests
{
    private static readonly RetryTimer Timer = new RetryTimer();

    [Fact]
    public void What_one_message_of_an_envelope_sets_and_a_later_one_cancels_is_not_set()
    {
        var effects = new Effects();
        effects.Set(Timer, 1, 2);
        effects.Set(new ClerkTick(), 3, 4);
        effects.Cancel(Timer);
        Assert.Equal([new TimerSetting(new ClerkTick(), 3, 4)], effects.Timers);
        Assert.Equal([Timer], effects.CancelledTimers);
    }

    [Fact]
    public void What_is_cancelled_first_and_set_afterwards_is_set()
    {
        var effects = new Effects();
        effects.Cancel(Timer);
        effects.Set(Timer, 1, 2);
        Assert.Equal([Timer], effects.CancelledTimers);
        Assert.Equal([new TimerSetting(Timer, 1, 2)], effects.Timers);
    }

    [Fact]
    public void Nothing_is_left_for_the_next_input()
    {
        var effects = new Effects { Memory = new(default, View.None, false, false, null, false), MayStop = true };
        effects.Send(new NodeAddress("a"), new ViewRequest(ViewId.None));
        effects.Cancel(Timer);
        effects.Set(Timer, 1, 2);
        effects.Complete(1, CallStatus.Ok);
        effects.Notice(NoticeKind.Busy, "");
        effects.Clear();
        Assert.Equal(State.Of(new Effects()), State.Of(effects));
    }
}
