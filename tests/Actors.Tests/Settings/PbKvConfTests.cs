using System.Text.RegularExpressions;
using Akka.Configuration;
using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Settings;

/// <summary>hocon/pbkv.conf is the manual of the settings: complete, right, and with a comment each.</summary>
public partial class PbKvConfTests
{
    private static readonly string Folder = Path.Combine(Root(), "hocon");

    [Fact]
    public void The_defaults_of_pbkv_conf_are_those_of_the_settings_classes()
    {
        var read = PbKvSettings.Read(Config.Empty);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
        Assert.Equal(ProtocolSettings.Default with { MaxMemoryBytes = memory }, read.Protocol);
        var inCode = new PbKvSettings();
        Assert.Equal(inCode.ViewServices.ToArray(), read.ViewServices.ToArray());
        Assert.Empty(read.Peers);
        Assert.Equal(
            inCode with
            {
                Config = read.Config,
                ViewServices = read.ViewServices,
                Peers = read.Peers,
                Protocol = read.Protocol,
            },
            read
        );
    }

    [Fact]
    public void Every_setting_that_is_read_stands_in_pbkv_conf_and_no_other()
    {
        var (known, given) = PbKvSettings.Keys(PbKvSettings.Default.Config);
        Assert.Equal(known.Order(), given.Order());
    }

    [Fact]
    public void Every_setting_has_a_comment_of_its_own()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, "pbkv.conf"));
        var pbkv = lines.TakeWhile(line => !line.StartsWith("akka", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < pbkv.Count; i++)
        {
            if (Assignment().IsMatch(pbkv[i]))
                Assert.True(pbkv[i - 1].TrimStart().StartsWith('#'), $"no comment before line {i + 1}: {pbkv[i]}");
        }
    }

    [Fact]
    public void The_file_is_the_one_in_the_assembly() =>
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, "pbkv.conf")), PbKvConfig.Text);

    [Theory]
    [InlineData("view.conf")]
    [InlineData("replica.conf")]
    [InlineData("client.conf")]
    public void Profiles_are_valid(string file)
    {
        var config = ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(Folder, file)));
        Assert.NotEqual(PbKvSettings.Default, PbKvSettings.Read(config));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PbKv.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("no PbKv.sln above " + AppContext.BaseDirectory);
    }

    [GeneratedRegex(@"^\s*[a-z-]+ = ", RegexOptions.None, 1000)]
    private static partial Regex Assignment();
}
