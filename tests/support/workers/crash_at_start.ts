throw new Error("crashed at the start");
