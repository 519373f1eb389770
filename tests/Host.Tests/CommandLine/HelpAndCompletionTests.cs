using PbKv.Host.Tests.Processes;

namespace PbKv.Host.Tests.CommandLine;

public class HelpAndCompletionTests
{
    public static TheoryData<string> Commands() =>
        ["", "demo", "view", "view reset", "replica", "get", "put", "puthash", "append", "shell", "status", "load", "check", "simulate", "version", "completion"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var help = (await Pbkv.RunAsync([.. words, "--help"])).Done().Output;
        Assert.Contains(command.Length == 0 ? "pbkv [command]" : $"pbkv {command}", help);
        Assert.Contains("--config <FILE>", help);
    }

    [Fact]
    public async Task Completion_asks_the_program_itself()
    {
        Assert.Contains("complete -o default -F _pbkv pbkv", (await Pbkv.RunAsync("completion", "bash")).Done().Output);
        Assert.Contains("puthash", (await Pbkv.RunAsync("[suggest:7]", "pbkv pu")).Done().Output.Split('\n'));
        Assert.Contains("--value-size", (await Pbkv.RunAsync("[suggest:12]", "pbkv load --")).Done().Output.Split('\n'));
    }
}
