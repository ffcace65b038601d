using ProcessingJob.Testing;

namespace ProcessingJob.Samples.Tests;

public class CommandTests
{
    [Fact]
    public void Run_Model_WritesTheFolder()
    {
        using var temp = new TempFolder();
        Assert.Equal(
            0,
            Command.Run(
                ["model", "--family", "roberta", "--size", "1x8x2x16x600", "--head", "qa", "--seed", "7", "--out", temp["m"]],
                TextWriter.Null
            )
        );
        Assert.True(File.Exists(temp["m", "onnx", "model.onnx"]));
        Assert.False(File.Exists(temp["m", "modules.json"]));
    }

    [Theory]
    [InlineData("model", "--out DIR is missing.")]
    [InlineData("model --out x --familly bert", "Unknown option --familly; --help lists what there is.")]
    [InlineData("model --out x --family brt", "--family 'brt' is not one of bert, roberta, distilbert, xlmroberta.")]
    [InlineData("model --out x --seed -1", "--seed '-1' is not a whole number.")]
    [InlineData("model --out x --size 2x3", "--size '2x3' is neither a name of --help nor LAYERSxHIDDENxHEADSxINTERMEDIATExVOCABULARY.")]
    [InlineData("models", "'models' is none of model, minilm and texts; --help lists what there is.")]
    public void Run_WrongLine_SaysWhatIsWrong(string line, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Command.Run(line.Split(' '), TextWriter.Null)).Message);
}
