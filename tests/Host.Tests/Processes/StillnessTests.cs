using PbKv.Host.Processes;

namespace PbKv.Host.Tests.Processes;

public class StillnessTests
{
    [Fact]
    public async Task A_process_stands_still_from_its_stop_to_its_continuation_and_when_it_is_gone()
    {
        await using var view = Pbkv.Start("view", "--port", "0");
        await view.ReadyAsync("view");
        Assert.False(Stillness.Of(view.Id));
        view.Signal("STOP");
        Assert.True(Stillness.Of(view.Id));
        view.Signal("CONT");
        Assert.True(SpinWait.SpinUntil(() => !Stillness.Of(view.Id), Pbkv.Patience));
        view.Signal("KILL");
        await view.WaitForExitAsync();
        Assert.True(Stillness.Of(view.Id));
    }
}
