namespace PbKv.Host.Tests.Nodes;

public class DemoTests
{
    [Theory]
    [InlineData("demo", "--no-shell", "--port", "0")]
    [InlineData("--replicas", "2", "--port", "0")]
    public async Task The_demo_is_a_whole_cluster_that_ends_with_a_signal(params string[] arguments)
    {
        using var demo = Pbkv.Start(arguments);
        await demo.WaitForOutputAsync(text => text.Contains("status --watch"));
        var view = demo.Output.Split("view service ")[1].Split(',')[0];
        (await Pbkv.RunAsync("put", "k", "v", "--view", view)).Done();
        (await Pbkv.RunAsync("get", "k", "--view", view)).Done("v\n");
        var status = await Status.UntilAsync(view, status => status.Synced);
        Assert.Equal(arguments[0] == "demo" ? 3 : 2, status.Json.GetProperty("servers").GetArrayLength());
        demo.Send(Signal.Terminate);
        Assert.Equal(0, (await demo.WaitForExitAsync()).Code);
    }
}
