namespace PbKv.Host.Tests.CommandLine;

public class HelpAndCompletionTests
{
    public static TheoryData<string> Commands() =>
        [
            "",
            "demo",
            "view",
            "view reset",
            "replica",
            "get",
            "put",
            "puthash",
            "append",
            "delete",
            "increment",
            "shell",
            "status",
            "load",
            "check",
            "simulate",
            "version",
            "completion",
        ];

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
    public void A_first_word_that_names_a_command_finds_it()
    {
        using var terminal = new Terminal();
        foreach (var (names, create) in CommandTree.Groups)
            Assert.Equal(names, create(terminal).Select(command => command.Name));
    }

    [Fact]
    public async Task Completion_asks_the_program_itself()
    {
        Assert.Contains("complete -o default -F _pbkv pbkv", (await Pbkv.RunAsync("completion", "bash")).Done().Output);
        Assert.Contains("bash", (await Pbkv.RunAsync("[suggest:16]", "pbkv completion ")).Done().Output.Split('\n'));
        Assert.Contains("puthash", (await Pbkv.RunAsync("[suggest:7]", "pbkv pu")).Done().Output.Split('\n'));
        Assert.Equal(
            "append\ncas\nget\nincrement\nmixed\nput\nputhash\n",
            (await Pbkv.RunAsync("[suggest:16]", "pbkv bench --op ")).Done().Output
        );
        Assert.Contains(
            "CrashStorm",
            (await Pbkv.RunAsync("[suggest:24]", "pbkv simulate --profile ")).Done().Output.Split('\n')
        );
        Assert.Contains(
            "primary-crashes",
            (await Pbkv.RunAsync("[suggest:19]", "pbkv check --setup ")).Done().Output.Split('\n')
        );
        Assert.Contains(
            "--if-absent",
            (await Pbkv.RunAsync("[suggest:14]", "pbkv put --if-")).Done().Output.Split('\n')
        );
        Assert.Contains(
            "--value-size",
            (await Pbkv.RunAsync("[suggest:12]", "pbkv load --")).Done().Output.Split('\n')
        );
    }

    [Fact]
    public async Task Completion_finds_the_program_behind_an_alias()
    {
        const string script = """
            source <("$@")
            COMP_LINE='pbkv pu' COMP_POINT=7 COMP_WORDS=(pbkv pu) COMP_CWORD=1
            PATH=$(dirname "$(type -P dotnet)"):/usr/bin:/bin
            _pbkv
            echo "${COMPREPLY[@]}"
            """;
        (await Pbkv.RunInShellAsync(script, "completion", "bash")).Done("put puthash\n");
    }
}
