namespace PbKv.Host.Tests.Processes;

public class ChildTests
{
    [Fact]
    public async Task A_process_stands_still_from_its_stop_to_its_continuation_and_when_it_is_gone()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        await view.ReadyAsync();
        Assert.False(view.StandsStill);
        Assert.True(await view.PauseAsync(Child.Patience));
        Assert.True(view.StandsStill);
        view.Send(Signal.Continue);
        Assert.True(SpinWait.SpinUntil(() => !view.StandsStill, Child.Patience));
        view.Send(Signal.Kill);
        await view.WaitForExitAsync();
        Assert.True(view.StandsStill);
    }
}
